/** What the loader and the deck.gl bundle put into the page, and what tests read there. */

declare global {
  /** Inflates base64 of gzip. */
  var twinInflate: (base64: string) => Promise<ArrayBuffer>;
  /** Runs the packed script that an element holds. */
  var twinRun: (id: string) => Promise<void>;
  /** When the loader began, and how long after it the map was first drawn [ms]. */
  var twinStarted: number;
  var twinFirstFrame: number | undefined;
  /** The page, for tests. */
  var twinPage: object;
  /** viewer/bundle/src/index.js */
  var TwinDeck: {
    Deck: typeof import('@deck.gl/core').Deck;
    JSONConverter: typeof import('@deck.gl/json').JSONConverter;
    classes: Record<string, unknown>;
  };
}

export {};
