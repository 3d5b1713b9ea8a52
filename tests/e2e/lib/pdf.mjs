// A PDF of pages in one colour each with a word on it, by hand: no library is needed for so little.

/** pages: [{ colour: [r, g, b] of 0 to 255, text }]. As a Buffer. */
export function pdfOf(pages) {
  const objects = [];
  const add = (text) => objects.push(text);
  const first = 4;
  const kids = pages.map((_page, i) => `${first + 2 * i} 0 R`).join(' ');
  add('<</Type/Catalog/Pages 2 0 R>>');
  add(`<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`);
  add('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>');
  for (const { colour, text } of pages) {
    const fill = colour.map((part) => (part / 255).toFixed(4)).join(' ');
    const draw = `${fill} rg 0 0 960 540 re f 0 0 0 rg BT /F1 60 Tf 40 460 Td (${text}) Tj ET`;
    add(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 960 540]/Resources<</Font<</F1 3 0 R>>>>/Contents ${objects.length + 2} 0 R>>`);
    add(`<</Length ${draw.length}>>\nstream\n${draw}\nendstream`);
  }
  let out = '%PDF-1.4\n';
  const at = objects.map((body, i) => {
    const start = out.length;
    out += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return start;
  });
  const table = out.length;
  const rows = at.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`).join('');
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  out += `trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(out, 'latin1');
}
