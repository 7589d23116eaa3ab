"""Names of Valmont's streets and places, by part of the town."""

from __future__ import annotations

#: Old town: trades, saints and stones.
OLD = (
    "Rue des Forges|Rue du Four|Rue des Halles|Rue Saint-Vincent|Rue de l’Étape|Rue des Tonneliers|Rue du Puits|"
    "Rue Notre-Dame|Rue des Chanoines|Rue de la Poulaillerie|Rue du Vieux-Marché|Rue des Orfèvres|Rue Monge|"
    "Rue du Collège|Rue Charrue|Rue des Cordeliers|Rue de l’Échevinage|Rue Saint-Antoine|Rue du Guet|"
    "Rue de la Monnaie|Rue Verte|Rue des Trois-Pigeons|Rue du Miroir|Rue de la Préfecture|Rue Bossuet|"
    "Rue des Ursulines|Rue du Chapeau-Rouge|Rue Vannerie|Rue de la Tour|Rue Jean-Bertin|Rue du Lion-d’Or|"
    "Rue de la Verrerie|Rue Saint-Philibert|Rue Musette|Rue des Merciers|Rue Basse|Rue du Beffroi|Rue Claude-Sluter")
#: Southern faubourg and flood plain: water, hides and gardens.
LOW = (
    "Rue des Tanneurs|Rue du Lavoir|Rue de l’Écluse|Rue du Bief|Rue des Meuniers|Rue de la Corderie|"
    "Rue Saint-Nicolas|Rue des Saules|Rue du Moulin|Rue des Mariniers|Rue de la Douix|Rue des Jardiniers|"
    "Rue du Gué|Rue des Aulnes|Rue de la Filature|Rue des Teinturiers|Rue du Port-aux-Vins|Rue de la Passerelle|"
    "Rue des Bas-Prés|Rue du Faubourg|Rue de la Vanne|Rue des Roseaux|Rue des Lavandières|Rue du Vannage|"
    "Rue de la Tannerie|Rue des Pêcheurs|Rue du Radeau|Rue de la Digue|Rue des Maraîchers|Rue du Halage|"
    "Rue de la Nacelle|Rue des Iris|Rue des Martins-Pêcheurs|Rue de la Source|Rue du Pré-aux-Clercs|"
    "Rue des Oseraies|Rue de l’Île|Rue des Peupliers|Rue du Batelier|Rue de la Scierie|Rue des Vanniers|"
    "Rue du Déversoir|Rue du Ru|Rue des Nénuphars|Rue du Pré-Long|Rue de la Fontaine|Rue des Grenouilles|"
    "Rue du Ponceau")
#: Northern slopes and station: people and vines.
HIGH = (
    "Rue des Vignes|Rue Pasteur|Rue Victor-Hugo|Rue du Clos|Rue Jean-Jaurès|Rue Gustave-Eiffel|Rue Vauban|"
    "Rue Lamartine|Rue Marie-Curie|Rue des Coteaux|Rue Jules-Ferry|Rue Léon-Blum|Rue Colette|Rue Émile-Zola|"
    "Rue du Pressoir|Rue Louise-Michel|Rue Denfert-Rochereau|Rue de la Gare|Rue Nicéphore-Niépce|Rue Sadi-Carnot|"
    "Rue Ampère|Rue des Vendanges|Rue Gambetta|Rue Berthelot|Rue Buffon|Rue Rameau|Rue Claude-Bernard|Rue Voltaire|"
    "Rue Diderot|Rue Arago|Rue Thiers|Rue Paul-Bert|Rue Olympe-de-Gouges|Rue des Roches|Rue de Belle-Vue|"
    "Rue du Télégraphe|Rue Edgar-Quinet|Rue du Docteur-Roux|Rue de Metz|Rue de Verdun|Rue d’Alsace|Rue de Lorraine|"
    "Rue des Perrières|Rue Jacques-Prévert|Rue Simone-Veil|Rue Germaine-Tillion|Rue Lucie-Aubrac|Rue Henri-Dunant|"
    "Rue Jean-Moulin")
#: Everywhere else: trees, birds, villages.
OUTER = (
    "Rue des Lilas|Rue des Tilleuls|Rue des Acacias|Rue du Stade|Rue des Érables|Rue des Charmes|Rue des Noyers|"
    "Rue des Cerisiers|Rue des Mésanges|Rue des Hirondelles|Rue des Alouettes|Rue du Chêne|Rue des Bleuets|"
    "Rue des Églantines|Rue du Verger|Rue des Pommiers|Rue des Marronniers|Rue de Savigny|Rue de Nolay|"
    "Rue de Volnay|Rue de Meursault|Rue de Chagny|Rue de Nuits|Rue d’Aloxe|Rue de Pommard|Rue de Bligny|"
    "Rue d’Arnay|Rue de Saulieu|Rue des Fauvettes|Rue des Rossignols|Rue des Platanes|Rue des Genêts|"
    "Rue de la Combe|Rue du Bois|Rue des Champs|Rue du Moulin-à-Vent|Rue des Violettes|Rue des Pervenches|"
    "Rue de Sombernon|Rue de Pouilly|Rue des Bouleaux|Rue des Noisetiers|Rue du Colombier|Rue de la Ferme|"
    "Rue des Blés|Rue des Coquelicots|Rue du Lièvre|Rue de Semur|Rue de Flavigny|Rue de Vitteaux|Rue de Montbard|"
    "Rue des Grillons|Rue des Sorbiers|Rue du Sureau|Rue des Jonquilles|Rue de Selongey|Rue de Fixin|Rue de Gevrey|"
    "Rue de Chambolle|Rue de Vougeot|Rue de Marsannay|Rue de Couchey")
#: When a pool is spent: short ways and dead ends take these stems.
SPARE = (
    "du Puits|des Lavoirs|du Noyer|de la Treille|des Abeilles|du Cep|de l’Étang|des Ormes|du Tertre|du Rempart|"
    "des Capucines|du Coteau|de la Croix|des Mûriers|du Tilleul|des Glycines|de la Cure|des Hêtres|du Pavé|"
    "des Sources|du Muguet|des Chèvrefeuilles|de la Grange|des Bergers|du Sentier|des Rosiers|de l’Abreuvoir|"
    "du Cadran|des Carrières|de la Pompe|des Cyprès|du Grenier|des Pinsons|de la Bascule|du Potager|des Amandiers|"
    "du Vallon|de la Roseraie|des Merles|du Cloître|des Troènes|de la Tuilerie|du Prieuré|des Fougères|"
    "de la Garenne|des Bruyères|du Manège|de l’Orangerie|des Écoliers|du Jardinet|de la Chouette|des Faïenciers|"
    "du Sabotier|des Potiers|de la Lanterne|du Veilleur|des Charrons|de la Margelle|du Campanile|des Lutins")
POOLS = {"old": OLD.split("|"), "low": LOW.split("|"), "high": HIGH.split("|"), "outer": OUTER.split("|")}
SPARES = SPARE.split("|")


class Namer:
    """Hands out each name once, in the order of its pool."""

    def __init__(self) -> None:
        self._pools = {part: iter(names) for part, names in POOLS.items()}
        self._used: set[str] = set()
        self._spare = iter(f"{stem} {of}" for stem in ("Impasse", "Allée", "Chemin", "Passage", "Venelle")
                           for of in SPARES)

    def take(self, name: str) -> None:
        """Mark a name as given by hand."""
        self._used.add(name)

    def name(self, part: str, *, short: bool) -> str:
        """Give the next free name of a part of the town; short ways are lanes."""
        if not short:
            for pool in (part, "outer", "high"):
                for name in self._pools[pool]:
                    if name not in self._used:
                        self._used.add(name)
                        return name
        for name in self._spare:
            if name not in self._used:
                self._used.add(name)
                return name
        raise RuntimeError("the town has more streets than names")
