/** Tables as CSV, built in the page: what is shown, at the moment that is shown. */

/** Give rows as the spreadsheets of a language read them: French ones take semicolons and decimal commas. */
export function csv(rows, lang) {
  const [between, point] = lang === 'fr' ? [';', ','] : [',', '.'];
  const cell = (value) => {
    const isNumber = typeof value === 'number';
    const text = isNumber ? String(value).replace('.', point) : String(value).replace(/\s+/g, ' ');
    // a cell that a spreadsheet would read as a formula is given as text
    const safe = !isNumber && /^[=+\-@]/.test(text) ? `'${text}` : text;
    return safe.includes(between) || /["\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(between)).join('\r\n')}\r\n`;
}

export function download(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'text/csv;charset=utf-8'}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
