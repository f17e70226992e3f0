"use strict";
// Filters what is on the page and opens the contributors of a number. Without it everything but these can be read.
// Texts are put in as text only; nothing here makes markup of a text, loads or sends anything.
(() => {
  const PAGE = 100;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const data = JSON.parse(byId("data").textContent);
  const words = data.words;

  const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, data.separator);
  const filled = (text, ...values) => values.reduce((said, value) => said.replace("{}", () => value), text);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

  function make(tag, text = "", properties = {}) {
    const element = Object.assign(document.createElement(tag), properties);
    element.textContent = text;
    return element;
  }

  // --- filters ------------------------------------------------------------------------------------------------

  // An item is found by its own words and those of the headings that it stands under.
  function makeFilter({ items, holders, inside, heading, fits, shown, controls }) {
    const parts = holders.map((holder) => [holder, all(inside, holder)]);
    const found = new Map();
    const learn = () => {
      for (const item of items) found.set(item, item.textContent);
      for (const [holder, own] of parts) {
        const above = heading(holder);
        for (const item of own) found.set(item, `${found.get(item)} ${above}`);
      }
      for (const [item, text] of found) found.set(item, plain(text));
    };
    const wordsOf = (item) => {
      if (!found.size) learn();
      return found.get(item);
    };
    const apply = () => {
      const visible = items.filter((item) => {
        item.hidden = !fits(item, () => wordsOf(item));
        return !item.hidden;
      });
      const some = visible.length < items.length; // a holder of none is there while nothing is filtered
      for (const [holder, own] of parts) holder.hidden = own.length ? own.every((item) => item.hidden) : some;
      shown.textContent = filled(shown.dataset.text, grouped(visible.length), grouped(items.length));
      return visible.length;
    };
    for (const control of controls) control.addEventListener("input", apply);
    return apply;
  }

  const has = (text, query) => plain(query).split(/\s+/).every((word) => text.includes(word));

  function filterFindings() {
    const find = byId("finding-find");
    if (!find) return;
    const code = byId("finding-code");
    const boxes = all("input[name=severity]");
    const apply = makeFilter({
      items: all(".finding"),
      holders: all("article.file"),
      inside: ".finding",
      heading: (file) => all("h3, .who", file).map((part) => part.textContent).join(" "),
      fits: (item, text) =>
        boxes.some((box) => box.checked && box.value === item.dataset.severity) &&
        (!code.value || code.value === item.dataset.code) &&
        (!find.value.trim() || has(text(), find.value.trim())),
      shown: byId("findings-shown"),
      controls: [find, code, ...boxes],
    });
    byId("finding-reset").addEventListener("click", () => {
      find.value = code.value = "";
      for (const box of boxes) box.checked = true;
      apply();
      find.focus();
    });
  }

  function filterUnits() {
    const find = byId("unit-find");
    if (!find) return;
    const state = byId("unit-state");
    const holders = all("#board details");
    const fitsState = {
      "": () => true,
      do: (unit) => "do" in unit.dataset,
      late: (unit) => "late" in unit.dataset,
    };
    const openAll = (open) => holders.forEach((holder) => (holder.open = open));
    makeFilter({
      items: all(".unit"),
      holders,
      inside: ".unit",
      heading: (holder) => holder.querySelector("h3, h4").textContent,
      fits: (unit, text) =>
        (fitsState[state.value] ?? (() => unit.dataset.state === state.value))(unit) &&
        (!find.value.trim() || has(text(), find.value.trim())),
      shown: byId("units-shown"),
      controls: [find, state],
    });
    for (const control of [find, state]) {
      control.addEventListener("input", () => (find.value.trim() || state.value) && openAll(true));
    }
    byId("open-all").addEventListener("click", () => openAll(true));
    byId("close-all").addEventListener("click", () => openAll(false));
  }

  // --- contributors -------------------------------------------------------------------------------------------

  const dialog = byId("contributors");
  const body = byId("c-body");

  // Leaves of a branch that may fill the figure; what may not be filled at a level is not a blank.
  function leavesOf(branch, at) {
    const levels = data.figures[at].levels;
    const numbers = Array.from({ length: branch.last - branch.first }, (_, place) => branch.first + place);
    return numbers.filter(
      (leaf) => data.values[leaf][at] !== null || !levels || levels.includes(data.leaves[leaf][2]),
    );
  }

  const decimal = data.separator === "." ? "," : ".";

  function shareCell(value, at) {
    const whole = Number(data.totals[at]);
    const known = value !== null && whole > 0;
    const tenths = known ? Math.round((1000 * Number(value)) / whole) / 10 : 0;
    return make("td", known ? `${String(tenths).replace(".", decimal)} %` : "", { className: "number share" });
  }

  function valueCell(value) {
    if (value === null) return make("td", words.blank, { className: "number zero" });
    return make("td", grouped(value), { className: Number(value) ? "number" : "number zero" });
  }

  function headed(name, code, extra) {
    const cell = make("th", `${name} `, { scope: "row" });
    cell.append(make("span", code, { className: "id" }));
    if (extra) cell.append(make("span", extra, { className: "path" }));
    return cell;
  }

  function leafRow(leaf, at) {
    const [code, name, , path] = data.leaves[leaf];
    const value = data.values[leaf][at];
    const row = make("tr", "", { className: "leaf" });
    row.append(headed(name, code, path), valueCell(value), shareCell(value, at));
    return row;
  }

  // Shows the next page of leaves under a branch, and a button for more; the focus goes to the first new one.
  function showLeaves(part, leaves, at, from) {
    const rows = leaves.slice(from, from + PAGE).map((leaf) => leafRow(leaf, at));
    part.append(...rows);
    const rest = leaves.length - from - rows.length;
    if (rest > 0) {
      const row = make("tr", "", { className: "leaf" });
      const cell = make("td", "", { colSpan: 3 });
      const more = make("button", filled(words.more, grouped(Math.min(rest, PAGE))), { type: "button" });
      more.addEventListener("click", () => {
        row.remove();
        showLeaves(part, leaves, at, from + PAGE);
      });
      cell.append(more);
      row.append(cell);
      part.append(row);
    }
    if (from > 0) {
      rows[0].tabIndex = -1;
      rows[0].focus();
    }
  }

  function opener(part, leaves, at) {
    const text = leaves.length === 1 ? words.leaf : filled(words.leaves, grouped(leaves.length));
    const button = make("button", text, { type: "button" });
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      for (const row of all(".leaf", part)) row.remove();
      if (!open) showLeaves(part, leaves, at, 0);
    });
    return button;
  }

  // Of a large result the branches stand alone.
  function wholeBranch(branch, at) {
    const levels = data.figures[at].levels;
    const part = make("tbody");
    const row = make("tr", "", { className: "branch" });
    const some = branch.levels.some((level) => !levels || levels.includes(level));
    const empty = make("td", words.nothing, { className: "number zero" });
    row.append(headed(branch.name, branch.code, coverageOf(branch)));
    row.append(some ? valueCell(branch.totals[at]) : empty, shareCell(some ? branch.totals[at] : null, at));
    part.append(row);
    return part;
  }

  function coverageOf(branch) {
    if (branch.own) return words.own;
    return branch.expected ? filled(words.accepted, grouped(branch.accepted), grouped(branch.expected)) : "";
  }

  function branchPart(branch, at) {
    const part = make("tbody");
    const row = make("tr", "", { className: "branch" });
    const leaves = leavesOf(branch, at);
    const alone = leaves.length === 1 && data.leaves[leaves[0]][0] === branch.code;
    const head = headed(branch.name, branch.code, [coverageOf(branch), alone ? data.leaves[leaves[0]][3] : ""].filter(Boolean).join(" · "));
    if (leaves.length && !alone) head.append(opener(part, leaves, at));
    const value = alone ? data.values[leaves[0]][at] : branch.totals[at];
    const empty = make("td", words.nothing, { className: "number zero" });
    row.append(head, leaves.length ? valueCell(value) : empty, shareCell(leaves.length ? value : null, at));
    part.append(row);
    return part;
  }

  function showContributors(at) {
    const figure = data.figures[at];
    const table = make("table");
    const head = make("thead");
    const row = make("tr");
    row.append(
      make("th", words.unit, { scope: "col" }),
      make("th", words.value, { scope: "col" }),
      make("th", words.share, { scope: "col", className: "share" }),
    );
    head.append(row);
    table.append(make("caption", filled(words.sum, grouped(data.branches.length))), head);
    table.append(...data.branches.map((branch) => (data.whole ? branchPart : wholeBranch)(branch, at)));
    byId("c-title").textContent = `${grouped(data.totals[at])} ${figure.measure}`;
    byId("c-about").textContent = `${figure.label} (${figure.code})`;
    byId("c-cell").textContent = filled(words.cell, figure.cell, data.sheet);
    body.replaceChildren(table);
    dialog.showModal();
    dialog.scrollTop = 0;
    byId("c-title").focus();
  }

  function openNumbers() {
    for (const cell of all("td[data-figure]")) {
      const button = make("button", cell.textContent, { type: "button" });
      button.setAttribute("aria-haspopup", "dialog");
      button.setAttribute("aria-label", `${cell.textContent}: ${words.show}`);
      button.addEventListener("click", () => showContributors(Number(cell.dataset.figure)));
      cell.replaceChildren(button);
    }
    byId("c-close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => body.replaceChildren());
  }

  // What matters is open on paper, and as it was afterwards.
  function openForPrint() {
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = all("#board details:not([open])");
      for (const part of closed) part.open = true;
    });
    addEventListener("afterprint", () => closed.forEach((part) => (part.open = false)));
  }

  for (const part of all(".filter, .needs-script")) part.hidden = false;
  filterFindings();
  filterUnits();
  openNumbers();
  openForPrint();
})();
