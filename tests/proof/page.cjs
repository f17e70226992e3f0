// Drives a browser over HTML pages of ours and prints as JSON what it found; judging that is left to the caller.
// node page.cjs HOME BROWSER ROOM TASK PAGE, where HOME/node_modules holds the libraries and pictures go to ROOM.
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");
const { pathToFileURL } = require("url");

const [home, browserPath, room, task, file] = process.argv.slice(2);
const load = createRequire(path.join(home, "package.json"));
const { chromium } = load("playwright-core");
const AXE = fs.readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };
const CONTROLS = "a[href], button, input, select, summary, [tabindex='0']";

async function open(browser, viewport, options = {}) {
  const context = await browser.newContext({ viewport, ...options });
  const page = await context.newPage();
  const heard = { said: [], asked: [] };
  page.on("console", (message) => heard.said.push(message.text()));
  page.on("pageerror", (error) => heard.said.push(String(error)));
  page.on("dialog", (dialog) => heard.said.push(dialog.message()) && dialog.dismiss());
  page.on("request", (request) => heard.asked.push(request.url()));
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  return { page, heard };
}

async function axe(page) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(() => axe.run());
  const told = violations.map((each) => `${each.impact} ${each.id}: ${each.nodes[0].html.slice(0, 200)}`);
  return { told, passes: passes.length };
}

const openAll = (page) =>
  page.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
const focused = (page, tell) => page.evaluate(`(${tell})(document.activeElement)`);
const visible = (page, selector) =>
  page.evaluate((wanted) => [...document.querySelectorAll(wanted)].filter((part) => part.checkVisibility()).length, selector);
const text = (page, selector) => page.evaluate((wanted) => document.querySelector(wanted).textContent.trim(), selector);

// Steps with Tab until an element that fits has the focus; a page where none ever does is a failure.
async function tabTo(page, fits, key = "Tab") {
  for (let step = 0; step < 5000; step++) {
    await page.keyboard.press(key);
    if (await focused(page, fits)) return;
  }
  throw new Error(`no focus on ${fits}`);
}

const tasks = {
  // What axe says, and how wide the page is, on a desk and on a phone, closed, open, and with a dialog.
  async axe(browser) {
    const found = {};
    for (const [name, viewport] of [["desk", WIDE], ["phone", PHONE]]) {
      const { page, heard } = await open(browser, viewport);
      await page.screenshot({ path: path.join(room, `${name}.png`) });
      found[`${name} closed`] = await axe(page);
      await openAll(page);
      found[`${name} open`] = await axe(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      await page.locator("td[data-figure] button").nth(1).click();
      const opener = page.locator("#c-body button").first();
      if (await opener.count()) await opener.click();
      await page.screenshot({ path: path.join(room, `${name}-dialog.png`) });
      found[`${name} dialog`] = await axe(page);
      found[name] = { wide, viewport: viewport.width, said: heard.said, asked: heard.asked.length };
    }
    return found;
  },

  // Every control is reached with Tab and shows that it is.
  async tab(browser) {
    const { page } = await open(browser, WIDE);
    await openAll(page);
    const wanted = await page.evaluate((selector) => {
      const parts = [...document.querySelectorAll(selector)].filter((part) => part.checkVisibility());
      parts.forEach((part, number) => (part.dataset.number = number));
      return parts.length;
    }, CONTROLS);
    const reached = new Set();
    const unseen = [];
    for (let step = 0; step < wanted + 5; step++) {
      await page.keyboard.press("Tab");
      const at = await focused(page, (part) => {
        const style = getComputedStyle(part);
        const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        return { number: part.dataset.number, seen, html: part.outerHTML.slice(0, 100) };
      });
      if (at.number !== undefined) reached.add(at.number);
      if (at.number !== undefined && !at.seen) unseen.push(at.html);
    }
    return { wanted, reached: reached.size, unseen };
  },

  // Each kind of control does its work from the keyboard alone.
  async keys(browser) {
    const { page, heard } = await open(browser, WIDE);
    const done = {};
    await tabTo(page, (part) => part.className === "skip");
    await page.keyboard.press("Enter");
    done.skipped = await focused(page, (part) => part.id);

    const state = () => page.evaluate(() => document.querySelector("#board details").open);
    await tabTo(page, (part) => part.id === "unit-find");
    await page.keyboard.type("truong tieu hoc");
    done.units = [await text(page, "#units-shown"), await visible(page, "#board .unit")];
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await tabTo(page, (part) => part.id === "unit-state");
    await page.keyboard.press("ArrowDown");
    done.toDo = [await text(page, "#units-shown"), await visible(page, "#board .unit")];
    await page.keyboard.press("ArrowUp");
    await tabTo(page, (part) => part.id === "close-all");
    await page.keyboard.press("Enter");
    done.closed = await visible(page, "#board .unit");
    await tabTo(page, (part) => part.id === "open-all", "Shift+Tab");
    await page.keyboard.press("Space");
    done.opened = await visible(page, "#board .unit");
    await tabTo(page, (part) => part.tagName === "SUMMARY");
    done.summary = [await state()];
    for (const key of ["Enter", "Space"]) {
      await page.keyboard.press(key);
      done.summary.push(await state());
    }

    await tabTo(page, (part) => part.name === "severity" && part.value === "info");
    done.all = [await text(page, "#findings-shown"), await visible(page, ".finding")];
    await page.keyboard.press("Space");
    done.noInfo = [await text(page, "#findings-shown"), await visible(page, ".finding"), await visible(page, ".finding.info")];
    await tabTo(page, (part) => part.id === "finding-find");
    await page.keyboard.type("dong m01");
    done.typed = [await text(page, "#findings-shown"), await visible(page, ".finding")];
    await tabTo(page, (part) => part.id === "finding-code");
    await page.keyboard.press("ArrowDown");
    done.code = await page.evaluate(() => {
      const value = document.querySelector("#finding-code").value;
      const shown = [...document.querySelectorAll(".finding")].filter((part) => part.checkVisibility());
      return { value, others: shown.filter((part) => part.dataset.code !== value).length };
    });
    await tabTo(page, (part) => part.id === "finding-reset");
    await page.keyboard.press("Enter");
    done.reset = [await text(page, "#findings-shown"), await focused(page, (part) => part.id)];
    done.said = heard.said;
    return done;
  },

  // A number opens, shows who it is made of down to the files, closes with Escape, and has the focus again.
  async number(browser) {
    const { page, heard } = await open(browser, WIDE);
    await tabTo(page, (part) => part.parentNode.dataset?.figure === "3");
    const number = await focused(page, (part) => part.textContent);
    await page.keyboard.press("Enter");
    const title = await text(page, "#c-title");
    const sums = () =>
      page.evaluate(() =>
        [...document.querySelectorAll("#c-body tbody")].map((part) =>
          [...part.rows].map((row) => [row.className, row.cells[0].textContent, row.cells[1]?.textContent ?? ""]),
        ),
      );
    const closed = await sums();
    const openers = await page.locator("#c-body button").count();
    for (let step = 0; step < openers; step++) {
      await tabTo(page, (part) => part.getAttribute("aria-expanded") === "false");
      await page.keyboard.press("Enter");
    }
    const opened = await sums();
    await page.keyboard.press("Tab");
    const inside = await focused(page, (part) => part === document.body || Boolean(part.closest("dialog")));
    await page.keyboard.press("Escape");
    const back = await focused(page, (part) => part.textContent);
    const still = await page.evaluate(() => document.querySelector("dialog").open);
    return { number, title, closed, opened, inside, back, still, said: heard.said };
  },

  // Without a script everything can be read; on paper the controls are gone and what was closed is there.
  async paper(browser) {
    const { page } = await open(browser, WIDE, { javaScriptEnabled: false });
    const still = { numbers: await page.locator("td.number").count(), filters: await page.locator(".filter:visible").count() };
    still.buttons = await page.locator("button:visible").count();
    await page.emulateMedia({ media: "print" });
    still.toDo = await page.locator(".unit[data-do]:visible").count();
    await page.pdf({ path: path.join(room, "no-script.pdf"), preferCSSPageSize: true });
    const { page: full } = await open(browser, WIDE);
    await full.pdf({ path: path.join(room, "page.pdf"), preferCSSPageSize: true });
    return still;
  },

  // A page of strangers' texts: nothing runs, nothing is asked for, in the page or in the dialog.
  async hostile(browser) {
    const { page, heard } = await open(browser, WIDE);
    await openAll(page);
    await page.locator("td[data-figure] button").first().click();
    for (const button of await page.locator("#c-body button").all()) await button.click();
    await page.fill("#finding-find", "<script>", { force: true });
    const elements = await page.evaluate(() => document.querySelectorAll("script, img, iframe").length);
    return { ...heard, elements, ran: await page.evaluate(() => "pwned" in globalThis) };
  },

  // Milliseconds, by the clock of the page, until a large page can be used, is filtered, and shows a number's leaves.
  async speed(browser) {
    const times = [];
    for (let turn = 0; turn < 3; turn++) {
      const { page } = await open(browser, WIDE);
      const told = await page.evaluate(async () => {
        const now = () =>
          new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))));
        const opened = await now();
        const find = document.querySelector("#finding-find");
        find.value = "xa so 12 truong";
        find.dispatchEvent(new Event("input"));
        const filtered = await now();
        document.querySelectorAll("td[data-figure] button")[1].click();
        document.querySelector("#c-body button").click();
        const number = (await now()) - filtered;
        const rows = document.querySelectorAll("#c-body .leaf").length;
        return { open: opened, filter: filtered - opened, number, rows };
      });
      times.push(told);
      await page.context().close();
    }
    return times;
  },
};

(async () => {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  const found = await tasks[task](browser);
  await browser.close();
  console.log(JSON.stringify(found));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
