/** Tables as CSV, built in the page: what is shown, at the moment that is shown. */

export function csv(rows) {
  const cell = (value) => {
    const text = String(value).replace(/\s+/g, ' ');
    // a cell that a spreadsheet would read as a formula is given as text
    const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
    return /[",;]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

export function download(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'text/csv;charset=utf-8'}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
