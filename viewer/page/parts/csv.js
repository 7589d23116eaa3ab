/** Tables as CSV, built in the page: what is shown, at the moment that is shown. */

/** @import {Lang} from '../types.js' */

/**
 * Give rows as the spreadsheets of a language read them: French ones take semicolons and decimal commas.
 *
 * @param {(string | number)[][]} rows
 * @param {Lang} lang
 */
export function csv(rows, lang) {
  const [between, point] = lang === 'fr' ? [';', ','] : [',', '.'];
  /** @param {string | number} value */
  const cell = (value) => {
    const isNumber = typeof value === 'number';
    const text = isNumber ? String(value).replace('.', point) : value.replace(/\s+/g, ' ');
    // a cell that a spreadsheet would read as a formula is given as text
    const safe = !isNumber && /^[=+\-@]/.test(text) ? `'${text}` : text;
    return safe.includes(between) || /["\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(between)).join('\r\n')}\r\n`;
}

/**
 * @param {string} name
 * @param {string} text
 */
export function download(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'text/csv;charset=utf-8'}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
