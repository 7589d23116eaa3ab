/** Shapes of what Python packs for the pages and of what the pages' parts hand to one another. */

import type {Action, Family, LockReason, Mechanism, PublicWait, Status, Story, TimelineEvent} from './enums.js';

/** A text of the catalogues, viewer/data/words.*.json. */
export type Key = keyof typeof import('../data/words.fr.json');
export type Entry = string | {zero?: string; one: string; many: string};
export type Catalogue = Partial<Record<Key, Entry>>;
/** What fills the {names} of a text; `n` picks zero, one or many. */
export type Values = Record<string, string | number>;
export type Lang = 'fr' | 'en';
/** `simple` is French that is easy to read; the public page alone has it. */
export type Register = Lang | 'simple';

type Table = typeof import('../data/states.json');
export type ColorName = keyof Table['colors'];
export type SymbolName = keyof Table['symbols'];
export type Colors = Record<ColorName, string>;
export interface Stroke {
  d: string;
  fill?: ColorName;
  stroke?: ColorName;
  width?: number;
  dash?: string;
  opacity?: number;
}
/** viewer/data/states.json, less what the page does not need. */
export interface States {
  colors: Colors;
  /** The public page has words, and no symbols but its own. */
  symbols: Record<SymbolName, {shapes: Stroke[]; words?: Partial<Record<Register, Forms>>}>;
}
export interface Forms {
  zero: string;
  one: string;
  many: string;
}

/** Whole numbers of a column. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array | Int16Array | Int32Array;
/** A column of bits, 0 or 1. */
export type Flags = Uint8Array;

type ShapeName = 'street' | 'park' | 'water' | 'bridge' | 'building' | 'block' | 'zone' | 'road';
type TableName = 'iv' | 'cond' | 'feet' | 'wet' | 'reach' | 'island';
/** Columns that each of some families has where the run has it. */
type Each<Family extends string, Column extends string, Array> = {[K in `${Family}.${Column}`]?: Array};
/** Rings or lines: counts of vertices, first vertices, steps, and of rings whether they are outer ones. */
type ShapeColumns = Each<ShapeName, 'n' | 'fx' | 'fy', Uint16Array> &
  Each<ShapeName, 'dx' | 'dy', Int16Array> &
  Each<ShapeName, 'outer', Flags>;
/** Intervals by pattern: viewer/scene/intervals.py. */
type IntervalColumns = Each<TableName, 'offsets' | 'start' | 'end' | 'since' | 'until', Uint32Array> &
  Each<TableName, 'cause' | 'root' | 'held', Uint32Array> &
  Each<TableName, 'also', Uint16Array> &
  Each<TableName, 'state' | 'mech' | 'heldmech', Uint8Array> &
  Each<TableName, 'tenths' | 'word', Uint8Array>;

/** Ground, blocks and water: both pages, as far as the run has them and the public list lets them through. */
interface CommonColumns {
  'street.of'?: Uint16Array;
  'street.main'?: Flags;
  'building.of'?: Uint32Array;
  'building.block'?: Uint32Array;
  'block.of'?: Uint32Array;
  'block.pattern': Uint32Array;
  'block.street'?: Uint16Array;
  'block.houses'?: Uint16Array;
  'zone.of'?: Uint32Array;
  'water.times'?: Int32Array;
  'water.first0'?: Uint8Array;
  'water.first1'?: Uint8Array;
  'water.first2'?: Uint8Array;
  'water.last0'?: Uint8Array;
  'water.last1'?: Uint8Array;
  'water.last2'?: Uint8Array;
  'water.unknown'?: Flags;
}

/** What each asset that is down by itself waits for, and what is untested since water reached it. */
export interface WaitColumns {
  'wait.asset': Uint32Array;
  'wait.offsets': Uint32Array;
  'wait.start': Uint32Array;
  'wait.end': Uint32Array;
  'wait.what': Uint8Array;
  'wait.ends': Uint32Array;
  'wait.begins': Uint32Array;
  'wait.work': Uint32Array;
  'wait.stages': Uint8Array;
  'untested.asset': Uint32Array;
  'untested.start': Uint32Array;
  'untested.end': Uint32Array;
  'touched.asset': Uint32Array;
  'touched.start': Uint32Array;
  'touched.end': Uint32Array;
  'unfed.asset': Uint32Array;
  'unfed.start': Uint32Array;
  'unfed.end': Uint32Array;
  'unfed.holder': Uint32Array;
}

/** The operator's page: every asset, in the order others, lamps, buildings; -1 and "none" as the columns say. */
interface AssetColumns extends WaitColumns {
  'asset.pattern': Uint32Array;
  'asset.condition': Uint32Array;
  'asset.kind': Uint8Array;
  'asset.x': Uint16Array;
  'asset.y': Uint16Array;
  'asset.placed': Flags;
  'asset.street': Uint16Array;
  'asset.owner': Uint16Array;
  'asset.operator': Uint16Array;
  'asset.peak': Int16Array;
  'asset.fail': Int16Array;
  'asset.coverage': Uint8Array;
  'asset.doubt': Flags;
  'asset.failsource': Uint8Array;
  'building.wet': Uint32Array;
  'edge.consumer': Uint32Array;
  'edge.supplier': Uint32Array;
  'edge.source': Uint8Array;
  'fed.of': Uint32Array;
  'fed.offsets': Uint32Array;
  'fed.start': Uint32Array;
  'fed.end': Uint32Array;
  'fed.supplier': Uint32Array;
  'live.place': Uint32Array;
  'live.asset': Uint32Array;
  'live.from': Uint32Array;
  'live.to': Uint32Array;
  'depth.asset': Uint32Array;
  'depth.first': Uint16Array;
  'depth.offsets': Uint32Array;
  'depth.cm': Uint16Array;
  'depth.trend': Uint8Array;
}

/** What an ensemble says of each asset that is out or wet in some night: viewer/scene/likely.py. */
export interface LikelyColumns {
  'likely.asset'?: Uint32Array;
  'likely.tenths'?: Uint8Array;
  'likely.out'?: Uint32Array;
  'likely.unknown'?: Uint32Array;
  'likely.first0'?: Uint32Array;
  'likely.first0_low'?: Uint32Array;
  'likely.first0_high'?: Uint32Array;
  'likely.first2'?: Uint32Array;
  'likely.first2_low'?: Uint32Array;
  'likely.first2_high'?: Uint32Array;
  'likely.back1'?: Uint32Array;
  'likely.back1_low'?: Uint32Array;
  'likely.back1_high'?: Uint32Array;
  'likely.back2'?: Uint32Array;
  'likely.back2_low'?: Uint32Array;
  'likely.back2_high'?: Uint32Array;
  'likely.depth0'?: Uint16Array;
  'likely.depth0_low'?: Uint16Array;
  'likely.depth0_high'?: Uint16Array;
  'likely.depth1'?: Uint16Array;
  'likely.depth1_low'?: Uint16Array;
  'likely.depth1_high'?: Uint16Array;
  'likely.depth2'?: Uint16Array;
  'likely.depth2_low'?: Uint16Array;
  'likely.depth2_high'?: Uint16Array;
  'likely.offsets'?: Uint32Array;
  'likely.root'?: Uint32Array;
  'likely.mech'?: Uint8Array;
  'likely.nights'?: Uint32Array;
  'likely.cases'?: Uint8Array;
  'decide.pattern'?: Uint32Array;
  'decide.draw'?: Uint8Array;
  'decide.at'?: Float32Array;
  'decide.above'?: Uint8Array;
  'decide.right'?: Uint32Array;
  'decide.bits'?: Uint8Array;
  'decide.values'?: Float32Array;
}
/** Streets in the water: viewer/scene/roads.py. Only where the run asks for access. */
export interface RoadColumns {
  'road.of'?: Uint32Array;
  'road.street'?: Uint16Array;
  'closed.road'?: Uint32Array;
  'closed.start'?: Uint32Array;
  'closed.end'?: Uint32Array;
  'closed.ordered'?: Flags;
  'closed.depth'?: Uint16Array;
  'closed.head'?: Uint16Array;
  'asset.reach'?: Uint32Array;
  'asset.onstreet'?: Flags;
  'asset.island'?: Uint32Array;
  'way.asset'?: Uint32Array;
  'way.start'?: Uint32Array;
  'way.base'?: Uint8Array;
  'way.end'?: Uint32Array;
  'way.trip'?: Uint32Array;
  'way.route'?: Uint32Array;
  'route.shared'?: Uint16Array;
  'route.n'?: Uint16Array;
  'route.road'?: Uint32Array;
}
/** What crews do: viewer/scene/crews.py. Only where the run has some. */
export type CrewColumns = Partial<
  Record<`crew.${'start' | 'end' | 'asset' | 'origin' | 'count' | 'until' | 'by.offsets'}`, Uint32Array>
> &
  Partial<Record<`shut.${'of' | 'start' | 'end' | 'asset' | 'since' | 'until'}`, Uint32Array>> &
  Partial<Record<'crew.of' | 'crew.by' | 'trip.x' | 'trip.y', Uint16Array>> &
  Partial<Record<'crew.doing' | 'crew.stage', Uint8Array>> &
  Partial<
    Record<
      'trip.offsets' | 'trip.t' | `delay.${'asset' | 'since' | 'of' | 'offsets' | 'start' | 'end' | 'until' | 'next'}`,
      Uint32Array
    >
  > & {'delay.state'?: Uint8Array; 'delay.lacks'?: Uint16Array};

/** The public page: lamps by street, and what each street is told. */
interface LampColumns {
  'lamp.x'?: Uint16Array;
  'lamp.y'?: Uint16Array;
  'lamp.placed': Flags;
  'lamp.street': Uint16Array;
  'lamp.unknown': Flags;
  'lamp.pattern': Uint16Array | Uint32Array;
  'told.street': Uint16Array;
  'told.start': Uint32Array;
  'told.end': Uint32Array;
  'told.story': Uint8Array;
  'told.stage': Uint8Array;
  'told.sure': Flags;
  'main.street': Uint16Array;
  'main.story': Uint8Array;
  'main.sure': Flags;
}

export type GroundColumns = ShapeColumns & IntervalColumns & CommonColumns;
export type OperatorColumns = GroundColumns & AssetColumns & LikelyColumns & RoadColumns & CrewColumns;
export type PublicColumns = GroundColumns & LampColumns;

/** What a kind is drawn as, called and whose it is: viewer/scene/families.py. */
export interface Kind {
  name: string;
  family: Family;
  isCircuit: boolean;
  hasRooms: boolean;
  isGrid: boolean;
  isNamed: boolean;
  words: Record<Lang, {one: string; many: string; gender: 'm' | 'f'}>;
}
/** The water's raster in page metres. */
export interface WaterFrame {
  x: number;
  y: number;
  cell: number;
  width: number;
  height: number;
  unknown: boolean;
}
export interface Line {
  name: string;
  x: number[];
  y: number[];
}
export interface Spec {
  views: unknown;
  layers: unknown;
}
interface CommonTexts {
  frame: {width: number; height: number; step: number};
  streets: string[];
  rivers: Line[];
  water: WaterFrame | null;
  words: Partial<Record<Register, Catalogue>>;
  states: States;
  spec: Spec;
}
export interface OperatorTexts extends CommonTexts {
  count: {node: number; lamp: number; building: number};
  kinds: Kind[];
  /** Lists of other suppliers that an outage needed; the first is empty. */
  also: number[][];
  'asset.id': string;
  'asset.name': Record<number, string>;
  'asset.owners': string[];
  'asset.operators': string[];
  gardens: GardensText | null;
  /** Where help sets out from, and from which depth on streets are closed by day and by night [cm]. */
  access?: {bases: number[]; day: number; night: number};
  crews?: {id: string; people: number; base: number}[];
  /** Whether crews mend a kind, by its number. */
  mends?: boolean[];
  /** Parts and skills that repairs wait for; the empty text among them. */
  lacks?: string[];
}
/** An irrigated zone: viewer/scene/gardens.py. Depths in tenths of a millimetre, one for each day of the run. */
export interface GardenZone {
  u: number;
  total: number;
  controller: number;
  lost: number[];
  allowed: number[];
  given: number[];
  stress: number[];
  action: number[];
  orders: string[];
  probe: number[];
  /** From, to (-1: beyond the run), reason, asset at fault, controller in between (-1: none), who. */
  locks: [number, number, number, number, number, string][];
  /** Place in the order of restarts, 0 where it has none. */
  rank: number;
  /** Step, second of the run at which it is done, asset concerned or -1, who must come. */
  steps: [number, number | null, number, string][];
}
/** The season that a run is part of; days by the second of the run at which they begin. */
export interface GardensText {
  season: string;
  days: number[];
  zones: GardenZone[];
  restarts: number;
  /** On how many zones a default stands for what nobody stated. */
  defaults: {soil: number; vegetation: number; area_m2: number};
  figures: Record<
    'applied_m3' | 'needed_m3' | 'saved_m3' | 'wasted_m3' | 'stress_zone_days' | 'zones_watered_while_flooded',
    number
  > & {cost_eur?: number; cost_needed_eur?: number};
}
export interface PublicTexts extends CommonTexts {
  'lamp.id'?: string;
}
export interface Pack<Columns, Texts> {
  columns: Columns;
  texts: Texts;
}
export type OperatorPack = Pack<OperatorColumns, OperatorTexts>;
export type PublicPack = Pack<PublicColumns, PublicTexts>;
export type AnyPack = Pack<GroundColumns, CommonTexts>;

/** Seconds from the start of the run; `start` itself is the device's clock [s]. */
interface CommonConfig {
  city: string;
  status: Status;
  lang: Lang;
  start: number;
  offsets: [number, number][];
  duration: number;
  step: number;
  issued: number;
  validUntil: number;
  nextUpdate: number | null;
  nights: [number, number][];
  peakAt: number;
}
export type AnyConfig = CommonConfig;
/** What somebody reported of an asset. */
export interface Fact {
  u: number;
  at: number;
  by: string;
  reason: string;
  fact: true;
  action: Extract<Action, `fact_${string}`>;
}
/** What the scenario does to an asset, or a fact of it. */
export type Declared = Fact | (Omit<Fact, 'fact' | 'action'> & {fact: false; action: Exclude<Action, Fact['action']>});
/** A place to cut so that nothing is live in water behind it, and whose it is to cut. */
export interface Place {
  cut: number;
  /** Where it is opened: the cabinet of a circuit, else itself; and that place's rank, the most dangerous first. */
  at: number;
  rank: number;
  by: 'city' | 'grid';
  /** Whether what feeds it is not known. */
  unknown: boolean;
  operator: string;
  street: string;
  depth: number | null;
}
/** The last moment to act for a cabinet: its first touch by the water, or the moment to leave for it. */
export interface Act {
  u: number;
  at: number;
  leave?: Leave;
  failed: number | null;
  lamps: number;
  doubtful: boolean;
}
/** The last departure: from which base, what binds it, seconds of the trip and of the work, and the streets. */
export interface Leave {
  base: number;
  binds: 'touch' | 'access' | 'none';
  trip: number;
  work: number;
  by: string[];
}
/** A moment at which much fails within minutes, by several causes. */
export interface Cluster {
  from: number;
  to: number;
  lamps: number;
  causes: number;
  roots: number[];
  streets: string[];
  sites: number[];
  before: number | null;
}
/** A reading of a gauge that differs from the levels of the run [cm]. */
export interface Reading {
  u: number;
  at: number;
  read: number;
  computed: number;
  difference: number;
}
/** What was seen and moves no asset; u is a gauge, or -1. */
export interface SeenNote {
  at: number;
  by: string;
  text: string;
  street: string;
  state: '' | 'closed' | 'open';
  u: number;
  level: number | null;
}
/** The nights of an ensemble as a whole. */
export interface Nights {
  n: number;
  /** Nights that could not be made. */
  failed: number;
  seed: number;
  /** What was drawn, as the scenario names it. */
  quantities: string[];
  decides: Decides;
}
/** How the draws of a night are told that may decide of an asset: viewer/scene/deciding.py. */
export interface Decides {
  /** Nights that are drawn as dots. */
  dots: number;
  draws: Draw[];
}
export interface Draw {
  unit: 'm' | 's' | 'times' | 'm3_s' | 'fails';
  /** At the bound or above it, below; the same where it lies on the other side of the plan. */
  fr: string[];
  en: string[];
}
export interface OperatorConfig extends CommonConfig {
  /** Null for a run by itself. */
  ensemble: Nights | null;
  name: string;
  /** What texts of the scenario are in a language: its name, reasons, who reports. */
  texts: [text: string, lang: Lang, told: string][];
  wetSpan: [number, number] | null;
  defaults: number;
  inferredLinks: number;
  doubtful: number;
  contradictions: number;
  /** Whether streets or water are drawn under the assets. */
  hasGround: boolean;
  /** Age from which a fact is to be asked for again [s]. */
  staleAfter: number;
  most: {out: number; doubtful: number};
  /** Gear that the water reached, by kind, and how much of it was dead by then. */
  flooded: {kind: number; n: number; dead: number}[];
  live: Place[];
  facts: Declared[];
  notes: SeenNote[];
  readings: Reading[];
  clusters: Cluster[];
  lastMoments: Act[];
  deadByCut: number;
  sites: {u: number; people: number | null}[];
  roots: {u: number; lamps: number; share: number}[];
  events: {kind: TimelineEvent; at: number; u: number; tone?: 'danger'; text?: string; n?: number}[];
}
export interface Contact {
  to: string;
  fr: string;
  en: string;
}
/** The texts of a register that no moment changes. */
export interface Said {
  heading: string[];
  paragraph: string;
  also: string[];
  how: string[];
  limits: string;
}
export interface PublicConfig extends CommonConfig {
  /** Of an ensemble, by the number of each street that goes dark in some night: in how many tenths of them. */
  often: Record<number, number> | null;
  night: [number, number];
  report: string;
  releasedBy: string;
  runId: string;
  /** The quadratic from degrees to page metres; null where the place is not known. */
  geo: {lon: number; lat: number; x: number[]; y: number[]} | null;
  blocks: number;
  lone: number;
  /** What is said of lamps where the page has none. */
  lampsAnswer: 'lamps_kept' | 'no_lamps_data';
  contacts: {emergency: Contact[]; grid: Contact | null; official: Contact[]};
  said: Record<Register, Said>;
}
/** What a street is told while lamps of it are out: why, what its light waits for, and whether the link is surveyed. */
export interface Told {
  story: Story;
  wait: PublicWait;
  isSure: boolean;
}

/** West, north, east, south [m]. */
export type Box = [number, number, number, number];
export type Point = [number, number];
/** What the layers' boxes switch: symbols and areas by name. */
export type Show = Partial<Record<SymbolName | 'water' | 'wet' | 'zone' | 'ground' | 'live' | 'unknown', boolean>>;
/** A place on the map with its symbol and, at the end of a chain, its name. */
export interface Mark {
  x: number;
  y: number;
  symbol: SymbolName | null;
  label?: string;
}
/** An arc from what is fed to what feeds it. */
export interface Link {
  from: Mark;
  to: Mark;
  sure: boolean;
  old?: boolean;
}
/** What the map shows at a moment. */
export interface Scene {
  t: number;
  night: boolean;
  show: Show;
  links: Link[];
  chosen: Mark | null;
  street: number;
  /** Streets that are reported closed. */
  closed: number[];
  live: number[][];
  /** Irrigated zones, where the run is part of a season. */
  ground: GroundState[];
  lang: Lang;
  /** Roads that are closed, what is dry and cut off, ways that are driven, and crews: the operator's page. */
  roads?: number[];
  islands?: number[];
  ways?: Point[][];
  crews?: {at: Point; label: string; isMoving: boolean}[];
}
/** A zone on the map: its place on the scale of depletion, 0 to 4, and the symbol of what locks it. */
export interface GroundState {
  u: number;
  step: number;
  lock: `lock_${LockReason}` | null;
}
/** Widths and radii in pixels at a zoom; `m` is metres per pixel. */
export interface Sizes {
  m: number;
  lamp: number;
  node: number;
  minor: number;
  main: number;
  block: number;
  building: number;
  edge: number;
}
/** What lies under a point of the map. */
export type Found =
  {kind: 'asset'; u: number} | {kind: 'street'; street: number} | {kind: 'ground'; x: number; y: number; depth: number};

export type {Mechanism};
