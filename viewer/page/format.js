/** How numbers, times and counts are said; the catalogues stand in viewer/data/words.*.json. */

let catalogue = {};
let base = {};
let language = 'fr';
let timing = {start: 0, offsets: [[0, 0]]};

export function speak(lang, words, fallback, times) {
  language = lang;
  catalogue = words;
  base = fallback;
  if (times) timing = times;
}

/** Give a text of the catalogue with {names} filled in; `n` picks zero, one or many where the entry has them. */
export function say(key, values = {}) {
  let entry = catalogue[key] ?? base[key];
  if (entry === undefined) throw new Error(`no words for ${key}`);
  if (typeof entry === 'object' && !Array.isArray(entry)) entry = form(entry, values.n);
  return fill(entry, values);
}

/** Give the form of {zero, one, many} for a number. */
export function form(entry, n) {
  if (n === 0 && entry.zero !== undefined) return entry.zero;
  const single = language === 'fr' ? n < 2 : n === 1;
  return single ? entry.one : entry.many;
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name];
    return value === undefined ? all : typeof value === 'number' ? number(value) : value;
  });
}

export function number(value, decimals = 0) {
  const sign = value < 0 ? '\u2212' : '';
  const [whole, part] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, language === 'fr' ? '\u202f' : ',');
  return sign + grouped + (part ? (language === 'fr' ? ',' : '.') + part : '');
}

export function metres(cm) {
  return `${number(cm / 100, 2)}\u00a0m`;
}

function local(seconds) {
  let offset = timing.offsets[0][1];
  for (const [from, value] of timing.offsets) if (seconds >= from) offset = value;
  return new Date((timing.start + seconds + offset) * 1000);
}

/** Give a time of day, seconds counted from the start of the run: 22 h 40 or 22:40. */
export function clock(seconds) {
  const at = local(seconds);
  const minutes = String(at.getUTCMinutes()).padStart(2, '0');
  return language === 'fr' ? `${at.getUTCHours()}\u00a0h\u00a0${minutes}`
    : `${String(at.getUTCHours()).padStart(2, '0')}:${minutes}`;
}

export function hour(seconds) {
  const at = local(seconds);
  return language === 'fr' ? `${at.getUTCHours()}\u00a0h` : `${String(at.getUTCHours()).padStart(2, '0')}:00`;
}

export function day(seconds, withYear = true) {
  const at = local(seconds);
  const month = say('months').split('|')[at.getUTCMonth()];
  const weekday = say('weekdays').split('|')[at.getUTCDay()];
  const date = language === 'fr' && at.getUTCDate() === 1 ? '1er' : at.getUTCDate();
  return `${weekday} ${date} ${month}${withYear ? ` ${at.getUTCFullYear()}` : ''}`;
}

/** Give the number of the local day: two moments of one day have the same. */
export function dayNumber(seconds) {
  return Math.floor(local(seconds).getTime() / 86400000);
}

export function secondOfDay(seconds) {
  const at = local(seconds);
  return at.getUTCHours() * 3600 + at.getUTCMinutes() * 60 + at.getUTCSeconds();
}

/** Give a time of day, with its day of the week when it is not the day of `beside`. */
export function moment(seconds, beside) {
  return beside === undefined || dayNumber(seconds) === dayNumber(beside) ? clock(seconds)
    : say('clock_day', {clock: clock(seconds), day: day(seconds, false).split(' ')[0]});
}

/** Give the same with "at" where it belongs, and without, for sentences: {at, when}. */
export function times(seconds, beside) {
  const same = dayNumber(seconds) === dayNumber(beside);
  return {when: moment(seconds, beside), at: say(same ? 'clock_at' : 'clock_day_at', {clock: clock(seconds), day: day(seconds, false).split(' ')[0]})};
}

/** Give the day of the week and the time of day. */
export function weekdayClock(seconds) {
  return say('day_clock', {clock: clock(seconds), day: day(seconds, false).split(' ')[0]});
}

export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)}\u00a0h\u00a0${String(rest).padStart(2, '0')}` : `${minutes / 60}\u00a0h`;
}

/** Put a text into an element; **marks** become bold. Names stay text: nothing is ever read as HTML. */
export function rich(element, text) {
  element.replaceChildren();
  text.split('**').forEach((part, i) => {
    if (!part) return;
    if (i % 2) {
      const strong = document.createElement('strong');
      strong.textContent = part;
      element.append(strong);
    } else {
      element.append(part);
    }
  });
  return element;
}

/** Make an element: make('p', {class: 'x'}, 'text', child). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

/** Fold a text for searching: no case, no accents, no punctuation. */
export function fold(text) {
  return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[’'\-.]/g, ' ').replace(/\s+/g, ' ').trim();
}
