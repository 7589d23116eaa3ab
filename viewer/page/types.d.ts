/** Shapes of what Python packs for the pages and of what the pages' parts hand to one another. */

import type {Action, Mechanism, Status, Story, TimelineEvent, Wait} from './enums.js';

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

type ShapeName = 'street' | 'park' | 'water' | 'bridge' | 'building' | 'block' | 'zone';
type TableName = 'iv' | 'feet' | 'wet';
/** Columns that each of some families has where the run has it. */
type Each<Family extends string, Column extends string, Array> = {[K in `${Family}.${Column}`]?: Array};
/** Rings or lines: counts of vertices, first vertices, steps, and of rings whether they are outer ones. */
type ShapeColumns = Each<ShapeName, 'n' | 'fx' | 'fy', Uint16Array> &
  Each<ShapeName, 'dx' | 'dy', Int16Array> &
  Each<ShapeName, 'outer', Flags>;
/** Intervals by pattern: viewer/scene/intervals.py. */
type IntervalColumns = Each<TableName, 'offsets' | 'start' | 'end' | 'cause' | 'root' | 'held', Uint32Array> &
  Each<TableName, 'state' | 'mech' | 'heldmech', Uint8Array>;

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

/** Repairs of what holds an outage: when their stages run. */
export interface HoldColumns {
  'hold.kind': Uint8Array;
  'hold.offsets': Uint32Array;
  'hold.start': Uint32Array;
  'hold.end': Uint32Array;
}

/** The operator's page: every asset, in the order others, lamps, buildings; -1 and "none" as the columns say. */
interface AssetColumns extends HoldColumns {
  'asset.pattern': Uint32Array;
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
  'edge.service': Uint8Array;
  'edge.source': Uint8Array;
  'hold.asset': Uint32Array;
}

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
export type OperatorColumns = GroundColumns & AssetColumns;
export type PublicColumns = GroundColumns & LampColumns;

export interface Kind {
  name: string;
  words: Record<Lang, {one: string; many: string; gender: 'm' | 'f'}>;
  /** Seconds of each stage of a repair after the water has left. */
  stages: number[];
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
  'asset.id': string;
  'asset.name': Record<number, string>;
  'asset.owners': string[];
  'asset.operators': string[];
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
/** Assets that may be live in water, behind what is to be cut. */
export interface Danger {
  us: number[];
  count: number;
  cut: string;
  from: number;
  to: number;
  street: string;
  depth: number | null;
}
export interface OperatorConfig extends CommonConfig {
  name: string;
  wetSpan: [number, number] | null;
  defaults: number;
  doubtful: number;
  live: Danger[];
  facts: Declared[];
  most: [number, number];
  near: number;
  lastMoments: {u: number; at: number; failed: number | null; lamps: number}[];
  roots: {u: number; lamps: number; share: number}[];
  events: {kind: TimelineEvent; at: number; u: number; tone?: 'danger'; text?: string}[];
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
  wait: Wait;
  isSure: boolean;
}

/** West, north, east, south [m]. */
export type Box = [number, number, number, number];
export type Point = [number, number];
/** What the layers' boxes switch: symbols and areas by name. */
export type Show = Partial<Record<SymbolName | 'water' | 'wet' | 'zone' | 'live' | 'unknown', boolean>>;
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
  live: number[][];
  lang: Lang;
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
