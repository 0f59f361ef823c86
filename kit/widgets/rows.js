// Rows that the arrow keys go along: Enter or space chooses one, right and left open and close it.

function rowKeys(root) {
  root.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const rows = [...row.parentElement.querySelectorAll(":scope > [data-row]")];
    const to = rowAfter(rows.indexOf(row), event.key, rows.length);
    if (to !== undefined) {
      rows[to].focus();
      event.preventDefault();
    } else if (event.target === row) {
      const button = rowButton(row, event.key);
      if (!button) return;
      button.click();
      event.preventDefault(); // else the space bar scrolls
    }
  });
}

function rowAfter(at, key, count) {
  const to = { ArrowDown: Math.min(at + 1, count - 1), ArrowUp: Math.max(at - 1, 0), Home: 0, End: count - 1 };
  return to[key];
}

/** What a key presses in a row; a row that cannot be chosen opens and says why. */
function rowButton(row, key) {
  const opens = row.querySelector("[data-open]");
  const open = opens?.getAttribute("aria-expanded") === "true";
  if (key === "Enter" || key === " ") return row.querySelector('[data-action="use"]') ?? opens;
  if ((key === "ArrowRight" && !open) || (key === "ArrowLeft" && open)) return opens;
  return null;
}
