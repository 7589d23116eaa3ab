/** What the desk's server says, as far as several parts of the page share it; a picture's own rows are read where used. */

import type {Catalogue, Lang} from '../types.js';

export interface Person {
  name: string;
  duty: string;
  standing: 'reader' | 'operator' | 'administrator';
}
/** What the page says at its start. */
export interface Start {
  screen: string;
  person: Person;
  words: Record<Lang, Catalogue>;
}
export interface Brief {
  id: string;
  number: number;
  name: string;
  status: string;
  t0: number;
  valid_until: number;
  start: number;
  duration: number;
  approved: {by: string; duty: string; at: number; until: number; reason: string} | null;
}
/** What became of the last approval, where none is in force. */
export interface Ended {
  number: number | null;
  how: 'withdrawn' | 'expired' | 'superseded' | 'in_force' | 'none';
  at: number | null;
  by: string;
  why: string;
}
export interface Alarms {
  unseen: number;
  active: number;
  new: number;
  shelved: number;
  /** The key of the first of the list that nobody acknowledged. */
  first: string;
  /** Those that rang last of them; ``at_opening``: with the opening of the desk. */
  last: {keys: string[]; rang: number; at_opening: boolean} | null;
}
export interface About {
  now: number;
  is_exercise: boolean;
  status: '' | 'simulation' | 'exercise' | 'forecast';
  city: string;
  offsets: [number, number][];
  latest: Brief | null;
  approved: Brief | null;
  /** Runs whose scenario reads otherwise on the disk by now, with their numbers. */
  changed: Record<string, number>;
  /** Facts that are to be asked for again. */
  renew: number;
  ended: Ended | null;
  /** The run that waits longest for who is to decide. */
  proposed: {run: string; number: number; other: string; decider: string; by: string; at: number; count: number} | null;
  phase: 'none' | 'before' | 'during' | 'after';
  /** What names of runs are in a language: text, language, told. */
  texts: [string, Lang, string][];
  alarms: Alarms;
  river: {
    gauge: string;
    name: string;
    newest: {observed: number; value: number} | null;
    difference_m: number | null;
    rise_m: number | null;
  };
  going: {number: number; name: string; state: string; progress: {done?: number; of?: number}} | null;
  next_act: {asset: string; name: string; before: number; street: string; state: string; crew: string} | null;
  sources: {count: number; late: string[]};
  event: number;
}
/** One screen: it takes pictures and says them, in either language. */
export interface Screen {
  /** Where its picture comes from. */
  path: string;
  take(told: any): void;
  speak(): void;
  /** Every second. */
  tick?(now: number): void;
  /** When the stream brings an event. */
  hear?(event: {what: string; who: string; at: number; body: any}): void;
  /** The runs that it shows beside the latest and the approved one. */
  runs?(): (string | undefined)[];
  keys?: Record<string, () => void>;
}
