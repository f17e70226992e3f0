// Opens a workbook with one of four JavaScript libraries and saves it by the ending of its new name; nothing else.
// node resave.cjs HOME TOOL SOURCE TARGET, where HOME/node_modules holds the libraries.
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const [home, tool, source, target] = process.argv.slice(2);
const load = createRequire(path.join(home, "package.json"));

const tools = {
  async sheetjs() {
    const xlsx = load("xlsx");
    const options = { cellStyles: true, cellNF: true, cellFormula: true };
    xlsx.writeFile(xlsx.readFile(source, options), target);
  },
  async exceljs() {
    const { Workbook } = load("exceljs");
    const book = new Workbook();
    await book.xlsx.readFile(source);
    await book.xlsx.writeFile(target);
  },
  async populate() {
    const book = await load("xlsx-populate").fromFileAsync(source);
    await book.toFileAsync(target);
  },
  async excelize() {
    const { init } = load("excelize-wasm");
    const { OpenReader } = await init(path.join(home, "node_modules/excelize-wasm/excelize.wasm.gz"));
    const book = OpenReader(fs.readFileSync(source));
    if (book.error) throw book.error;
    const { buffer, error } = book.WriteToBuffer();
    if (error) throw error;
    fs.writeFileSync(target, buffer);
  },
};

tools[tool]().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
