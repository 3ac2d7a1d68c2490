import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KEPT_HEIGHTS } from "../../src/services/attestor.ts";
import { Home, writeSmallTable, type Outcome } from "./plimsoll.ts";

let home: Home;
beforeAll(async () => {
  home = await Home.make();
  await writeSmallTable(home.at("table.json"));
});
afterAll(() => home.remove());

function refused({ code, stdout, stderr }: Outcome, exit: number, message: string): void {
  expect([code, stdout, stderr.split("\n").length]).toEqual([exit, "", 2]);
  expect(stderr).toContain(`error: ${message}`);
}

describe("help and usage", () => {
  it("shows commands, examples and exit codes", async () => {
    const { code, stdout } = await home.run(["--help"]);
    expect(code).toBe(0);
    for (const word of ["keys", "table", "margin", "prove", "verify", "ceremony", "Examples:", "Exit codes:", "PLIMSOLL_PASSPHRASE"]) expect(stdout).toContain(word);
    const withdraw = await home.run(["withdraw", "--help"]);
    expect(withdraw).toMatchObject({ code: 0, stderr: "" });
    for (const word of ["--recipient", "--json", "Examples:"]) expect(withdraw.stdout).toContain(word);
  });

  it("refuses what it doesn't know with exit code 2", async () => {
    refused(await home.run(["verify"]), 2, "missing required argument 'proof'");
    refused(await home.run(["sink"]), 2, "unknown command 'sink'");
    refused(await home.run(["margin", "--portfolio", "x", "--quick"]), 2, "unknown option '--quick'");
    refused(await home.run(["margin", "--portfolio", "x", "--coverage", "-1"]), 2, "option '--coverage <bps>' argument '-1' is invalid. must be a whole number from 1 to 16383.");
    refused(await home.run(["receive", "--tier", "XL"]), 2, "option '--tier <tier>' argument 'XL' is invalid.");
    refused(await home.run(["keep", "--table-mib", "65537"]), 2, "option '--table-mib <n>' argument '65537' is invalid. must be a whole number from 0 to 65536.");
    refused(await home.run(["keep", "--table-mib", "256", "--backend", "snarkjs"]), 2, 'table-mib: goes with --backend plimsoll, got "snarkjs"');
    expect((await home.run(["keys"])).code).toBe(2);
  });

  it("says how many heights an attestor keeps by default", async () => {
    expect((await home.run(["attest", "--help"])).stdout).toContain(`(default: ${KEPT_HEIGHTS})`);
  });

  it("says errors as JSON with --json", async () => {
    const { code, stdout, stderr } = await home.run(["table", "show", home.at("none.json"), "--json"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        type: "InputError", path: home.at("none.json"), rule: "must be a readable file; plimsoll table build makes one",
        message: `${home.at("none.json")}: must be a readable file; plimsoll table build makes one`,
      },
    });
  });
});

describe("keys", () => {
  it("are drawn once, shown without secrets, and opened by their passphrase alone", async () => {
    refused(await home.run(["keys", "show"]), 4, `${home.at("keystore.json")}: must be a readable file; plimsoll keys new makes one`);
    refused(await home.run(["keys", "new"], { PLIMSOLL_PASSPHRASE: undefined }), 4, "passphrase: takes a terminal to ask on, or PLIMSOLL_PASSPHRASE");
    refused(await home.run(["keys", "new"], { PLIMSOLL_PASSPHRASE: "short" }), 4, "passphrase: must have at least 8 characters");
    expect(await home.run(["keys", "new", "--json"])).toMatchObject({ code: 0, stderr: "" });
    refused(await home.run(["keys", "new"]), 4, `${home.at("keystore.json")}: must not exist yet`);
    refused(await home.run(["keys", "show"], { PLIMSOLL_PASSPHRASE: "wrong horse battery" }), 4, `${home.at("keystore.json")}: wrong passphrase, or the file was changed`);
    const { stdout } = await home.run(["keys", "show", "--issuer", "3", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "spend", aliases: [{ issuerId: 3 }] });
    refused(await home.run(["keys", "derive"]), 2, "keys derive: takes either --keeper or --reader");
    expect((await home.run(["keys", "derive", "--reader", "2", "--json"])).stdout).toMatch(/"readKey": "\d+"/);
  });
});

describe("tables and margins", () => {
  it("builds the sample's table, checks it, and measures both portfolios on it", async () => {
    const table = home.at("sample.json");
    expect(await home.run(["table", "build", "--market", "data/market.json", "--out", table, "--json"])).toMatchObject({ code: 0, stderr: "" });
    expect((await home.run(["table", "check", table, "--market", "data/market.json"])).stdout).toContain("as the market file gives it");
    refused(await home.run(["table", "check", home.at("table.json"), "--market", "data/market.json"]), 2, "table: must be what data/market.json gives");
    const good = await home.run(["margin", "--portfolio", "data/portfolio.json", "--table", table, "--what-if", "venue-a:BTC-PERP=-5", "--html", home.at("margin.html")]);
    expect([good.code, good.stderr]).toEqual([0, `report written to ${home.at("margin.html")}\n`]);
    expect(good.stdout).toContain("What if");
    expect(await readFile(home.at("margin.html"), "utf8")).toContain("What the trade would do");
    const short = await home.run(["margin", "--portfolio", "data/portfolio-short.json", "--table", table, "--json"]);
    expect(short.code).toBe(1);
    expect(JSON.parse(short.stdout)).toMatchObject({ format: "plimsoll-margin", covered: { initial: false } });
    refused(await home.run(["margin", "--portfolio", "data/portfolio.json"]), 2, "portfolio.holdings[0].instrument: must be listed in the risk table");
    refused(await home.run(["margin", "--portfolio", "data/portfolio.json", "--table", table, "--what-if", "venue-a:BTC-PERP"]), 2, "trades[0]: must read INSTRUMENT=SIZE");
  });

  it("names the place in a market file that is wrong", async () => {
    const market = (await readFile("data/market.json", "utf8")).replace('"price": "111249.61"', '"price": "-1"');
    await writeFile(home.at("market.json"), market);
    refused(await home.run(["table", "build", "--market", home.at("market.json"), "--out", home.at("never.json")]), 2, "market.underlyings[0].sources[0].price: must be");
    await expect(readFile(home.at("never.json"))).rejects.toThrow("ENOENT");
  });
});

describe("ceremony", () => {
  it("takes published powers of tau alone, and existing circuits", async () => {
    const tau = ["--ptau", home.at("table.json")];
    refused(await home.run(["ceremony", "init", home.at("0.zkey"), "--circuit", "exit", "--tier", "T", ...tau]), 3, `${home.at("table.json")}: must be one of the published powersOfTau28_hez_final files`);
    refused(await home.run(["ceremony", "init", home.at("0.zkey"), "--circuit", "exit", "--tier", "L", ...tau]), 2, 'tier: exit has none of that name, got "L"');
    refused(await home.run(["ceremony", "contribute", home.at("0.zkey"), home.at("1.zkey")]), 2, "required option '--name <name>' not specified");
    refused(await home.run(["ceremony", "contribute", home.at("table.json"), home.at("1.zkey"), "--name", "Ada"]), 3, `${home.at("1.zkey")}: could not be made`);
    refused(await home.run(["ceremony", "beacon", home.at("0.zkey"), home.at("1.zkey"), "--name", "block", "--hash", "0x12"]), 2, 'beacon: must be 16 to 255 bytes in hex, got "12"');
  });
});
