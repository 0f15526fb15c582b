// A table as an Apache Parquet file: one row group, PLAIN values, no compression, nulls by definition levels.
"use strict";
const Parquet = (() => {
  const TYPES = { bool: 0, int: 2, float: 5, text: 6 }; // BOOLEAN, INT64, DOUBLE, BYTE_ARRAY
  const PLAIN = 0, RLE = 3, OPTIONAL = 1, REQUIRED = 0, UTF8 = 0;
  const bytesOf = (text) => new TextEncoder().encode(text);

  // Thrift's compact protocol, as far as the footer needs it: structs, lists, integers, text.
  const varint = (out, value) => {
    let left = BigInt(value);
    while (left >= 128n) { out.push(Number(left & 127n) | 128); left >>= 7n; }
    out.push(Number(left));
  };
  const integer = (kind) => (value) => ({ kind, write: (out) => varint(out, BigInt(value) * 2n) }); // zigzag of what is never negative
  const i32 = integer(5), i64 = integer(6);
  const text = (value) => ({ kind: 8, write: (out) => { const b = bytesOf(value); varint(out, b.length); out.push(...b); } });
  const list = (items) => ({ kind: 9, write: (out) => {
    const kind = items[0].kind;
    if (items.length < 15) out.push((items.length << 4) | kind);
    else { out.push(0xf0 | kind); varint(out, items.length); }
    items.forEach((item) => item.write(out));
  } });
  const struct = (fields) => ({ kind: 12, write: (out) => {
    let last = 0;
    for (const [id, value] of fields) {
      out.push(((id - last) << 4) | value.kind); // all gaps are below 16
      value.write(out);
      last = id;
    }
    out.push(0);
  } });
  const written = (value) => { const out = []; value.write(out); return Uint8Array.from(out); };

  // Which rows are there: runs of 1 and 0, after their length in four bytes.
  const levels = (values) => {
    const out = [];
    for (let from = 0; from < values.length;) {
      const there = values[from] !== null;
      let to = from;
      while (to < values.length && (values[to] !== null) === there) to++;
      varint(out, (to - from) * 2);
      out.push(there ? 1 : 0);
      from = to;
    }
    const whole = new Uint8Array(4 + out.length);
    new DataView(whole.buffer).setUint32(0, out.length, true);
    whole.set(out, 4);
    return whole;
  };
  const plain = (kind, values) => {
    if (kind === "bool") {
      const packed = new Uint8Array(Math.ceil(values.length / 8));
      values.forEach((value, k) => { if (value) packed[k >> 3] |= 1 << (k & 7); });
      return packed;
    }
    if (kind === "text") {
      const parts = values.map((value) => bytesOf(String(value)));
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0)), view = new DataView(whole.buffer);
      let at = 0;
      for (const part of parts) { view.setUint32(at, part.length, true); whole.set(part, at + 4); at += 4 + part.length; }
      return whole;
    }
    const whole = new Uint8Array(8 * values.length), view = new DataView(whole.buffer);
    values.forEach((value, k) => (kind === "int" ? view.setBigInt64(8 * k, BigInt(value), true) : view.setFloat64(8 * k, value, true)));
    return whole;
  };

  const page = ({ kind, values }) => {
    const parts = [levels(values), plain(kind, values.filter((value) => value !== null))];
    const size = parts[0].length + parts[1].length;
    const header = struct([[1, i32(0)], [2, i32(size)], [3, i32(size)],
      [5, struct([[1, i32(values.length)], [2, i32(PLAIN)], [3, i32(RLE)], [4, i32(RLE)]])]]);
    return [written(header), ...parts];
  };

  // columns: name, kind (int, float, bool, text) and one value or null for each row. Returns the parts of the file.
  const write = (columns) => {
    const rows = columns[0].values.length, parts = [bytesOf("PAR1")], chunks = [];
    let at = 4;
    for (const column of columns) {
      const made = page(column), size = made.reduce((sum, part) => sum + part.length, 0);
      chunks.push(struct([[2, i64(at)], [3, struct([[1, i32(TYPES[column.kind])], [2, list([i32(PLAIN), i32(RLE)])], [3, list([text(column.name)])],
        [4, i32(0)], [5, i64(rows)], [6, i64(size)], [7, i64(size)], [9, i64(at)]])]]));
      parts.push(...made);
      at += size;
    }
    const leaf = ({ name, kind }) => struct([[1, i32(TYPES[kind])], [3, i32(OPTIONAL)], [4, text(name)], ...(kind === "text" ? [[6, i32(UTF8)]] : [])]);
    const root = struct([[3, i32(REQUIRED)], [4, text("designs")], [5, i32(columns.length)]]);
    const footer = written(struct([[1, i32(1)], [2, list([root, ...columns.map(leaf)])], [3, i64(rows)],
      [4, list([struct([[1, list(chunks)], [2, i64(at - 4)], [3, i64(rows)]])])], [6, text("hwsim")]]));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, footer.length, true);
    return [...parts, footer, length, bytesOf("PAR1")];
  };
  return { write };
})();
