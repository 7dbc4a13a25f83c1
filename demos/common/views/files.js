// Files that a visitor keeps: pictures, and tables as CSV.

import { make } from "./elements.js";

/** @type {(name: string, content: string | Blob, type?: string) => void} */
export const saveFile = (name, content, type) => {
  const link = make("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
// A cell that begins like a formula is one for a spreadsheet; tokens such as "=" or "+" do.
/** @typedef {string | number | boolean | null | undefined} Cell */
/** @type {(value: Cell) => string} */
const field = (value) => {
  const text = String(value ?? ""), safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
/** @type {(table: { columns: string[], rows: Cell[][] }) => string} */
export const csv = ({ columns, rows }) => `\ufeff${[columns, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
