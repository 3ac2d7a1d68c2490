import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KEPT_HEIGHTS } from "../../src/services/attestor.ts";
import { encodeNetwork } from "../../src/chain/network.ts";
import { smallNetwork } from "../support/smallNetwork.ts";
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
    for (const word of [
      "keys",
      "table",
      "margin",
      "prove",
      "verify",
      "ceremony",
      "Examples:",
      "Exit codes:",
      "PLIMSOLL_PASSPHRASE",
    ])
      expect(stdout).toContain(word);
    const withdraw = await home.run(["withdraw", "--help"]);
    expect(withdraw).toMatchObject({ code: 0, stderr: "" });
    for (const word of ["--recipient", "--json", "Examples:"]) expect(withdraw.stdout).toContain(word);
  });

  it("refuses what it doesn't know with exit code 2", async () => {
    refused(await home.run(["verify"]), 2, "missing required argument 'proof'");
    refused(await home.run(["sink"]), 2, "unknown command 'sink'");
    refused(await home.run(["statsu"]), 2, "unknown command 'statsu'; did you mean status?");
    refused(await home.run(["margin"]), 2, "margin: takes either --portfolio or --account");
    refused(await home.run(["margin", "--portfolio", "x", "--quick"]), 2, "unknown option '--quick'");
    refused(
      await home.run(["margin", "--portfolio", "x", "--coverage", "-1"]),
      2,
      "option '--coverage <bps>' argument '-1' is invalid. must be a whole number from 1 to 16383.",
    );
    refused(await home.run(["receive", "--tier", "XL"]), 2, "option '--tier <tier>' argument 'XL' is invalid.");
    refused(
      await home.run(["keep", "--table-mib", "65537"]),
      2,
      "option '--table-mib <n>' argument '65537' is invalid. must be a whole number from 0 to 65536.",
    );
    refused(
      await home.run(["keep", "--table-mib", "256", "--backend", "snarkjs"]),
      2,
      'table-mib: goes with --backend plimsoll, got "snarkjs"',
    );
    expect((await home.run(["keys"])).code).toBe(2);
  });

  it("shows its version", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await home.run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("says how many heights an attestor keeps by default", async () => {
    expect((await home.run(["attest", "--help"])).stdout).toContain(`(default: ${KEPT_HEIGHTS})`);
  });

  it("says errors as JSON with --json", async () => {
    const { code, stdout, stderr } = await home.run(["table", "show", home.at("none.json"), "--json"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        type: "InputError",
        path: home.at("none.json"),
        rule: "must be a readable file; plimsoll table build --market MARKET.json makes one",
        message: `${home.at("none.json")}: must be a readable file; plimsoll table build --market MARKET.json makes one`,
      },
    });
  });
});

describe("where a command finds things", () => {
  const bare = { HOME: undefined, PLIMSOLL_HOME: undefined };

  it("takes an empty variable as none", async () => {
    const { code, stdout } = await home.run(["keys", "new", "--json"], { PLIMSOLL_HOME: "", HOME: home.at("user") });
    expect([code, (JSON.parse(stdout) as { keystore: string }).keystore]).toEqual([
      0,
      home.at("user", ".plimsoll", "keystore.json"),
    ]);
    refused(
      await home.run(["keys", "show"], { PLIMSOLL_HOME: home.at("user", ".plimsoll"), PLIMSOLL_PASSPHRASE: "" }),
      4,
      "passphrase: takes a terminal to ask on, or PLIMSOLL_PASSPHRASE",
    );
  });

  it(
    "says what to give where a user has no home",
    { skip: process.platform !== "linux" || process.getuid?.() !== 0 },
    async () => {
      // An id that the system's list of users doesn't have.
      const run = (...args: string[]): Promise<Outcome> => home.run(args, bare, undefined, 54_321);
      expect((await run("--help")).code).toBe(0);
      refused(
        await run("table", "show"),
        2,
        "home: is unknown, for this user has none on this machine: give --home or PLIMSOLL_HOME",
      );
      refused(await run("table", "show", "--home", "/nowhere"), 2, "/nowhere/table.json: must be a readable file");
    },
  );

  it("says that config.json is missing before it asks for anything, and writes one to fill in", async () => {
    const fresh = await Home.make();
    for (const command of [["status"], ["restore"], ["receive"], ["keep", "--once"], ["margin", "--account"]]) {
      refused(
        await fresh.run(command, { PLIMSOLL_PASSPHRASE: undefined }),
        2,
        `${fresh.at("config.json")}: is missing: it says where the network's nodes are; plimsoll init --network NETWORK.json writes one to fill in`,
      );
    }
    await writeFile(fresh.at("network.json"), encodeNetwork(smallNetwork()));
    expect(await fresh.run(["init", "--network", fresh.at("network.json")])).toMatchObject({
      code: 0,
      stdout: `written to ${fresh.at("config.json")}\n`,
    });
    expect((await stat(fresh.at("config.json"))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(fresh.at("config.json"), "utf8"))).toMatchObject({
      network: "network.json",
      endpoints: { home: "http://127.0.0.1:8545", south: "http://127.0.0.1:8546" },
    });
    refused(
      await fresh.run(["init", "--network", fresh.at("network.json")]),
      2,
      `${fresh.at("config.json")}: must not exist yet`,
    );
    refused(
      await fresh.run(["status"]),
      4,
      `${fresh.at("keystore.json")}: must be a readable file; plimsoll keys new makes one`,
    );
    await fresh.remove();
  });

  it("never shows an endpoint's secret", async () => {
    const fresh = await Home.make();
    for (const [place, rest] of [
      ["endpoints.home", { endpoints: { home: "wss://node.example/ws/v3/KEY" } }],
      ["reporters[0]", { endpoints: {}, reporters: ["ftp://me:KEY@node.example"] }],
    ] as const) {
      await writeFile(
        fresh.at("config.json"),
        JSON.stringify({ format: "plimsoll-config", version: 1, network: "network.json", ...rest }),
      );
      for (const json of [[], ["--json"]]) {
        const { code, stderr } = await fresh.run(["status", ...json]);
        expect([code, stderr.includes("KEY")]).toEqual([2, false]);
        expect(stderr).toContain(`config.${place}: must be an http or https URL`);
      }
    }
    await fresh.remove();
  });
});

describe("keys", () => {
  it("are drawn once, shown without secrets, and opened by their passphrase alone", async () => {
    refused(
      await home.run(["keys", "show"]),
      4,
      `${home.at("keystore.json")}: must be a readable file; plimsoll keys new makes one`,
    );
    refused(
      await home.run(["keys", "new"], { PLIMSOLL_PASSPHRASE: undefined }),
      4,
      "passphrase: takes a terminal to ask on, or PLIMSOLL_PASSPHRASE",
    );
    refused(
      await home.run(["keys", "new"], { PLIMSOLL_PASSPHRASE: "short" }),
      4,
      "passphrase: must have at least 8 characters",
    );
    expect(await home.run(["keys", "new", "--json"])).toMatchObject({ code: 0, stderr: "" });
    refused(await home.run(["keys", "new"]), 4, `${home.at("keystore.json")}: must not exist yet`);
    refused(
      await home.run(["keys", "show"], { PLIMSOLL_PASSPHRASE: "wrong horse battery" }),
      4,
      `${home.at("keystore.json")}: wrong passphrase, or the file was changed`,
    );
    const { stdout } = await home.run(["keys", "show", "--issuer", "3", "--issuer", "venue", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "spend",
      aliases: [
        { issuerId: 3, issuer: "desk" },
        { issuerId: 2, issuer: "venue" },
      ],
    });
    refused(
      await home.run(["keys", "show", "--issuer", "veneu"]),
      2,
      "issuer: must be the id of an issuer, or a name that the home's network or table has (did you mean venue?)",
    );
    refused(await home.run(["keys", "derive"]), 2, "keys derive: takes either --keeper or --reader");
    expect((await home.run(["keys", "derive", "--reader", "2", "--json"])).stdout).toMatch(/"readKey": "\d+"/);
  });
});

describe("keys on paper", () => {
  it("go out as words or hex, and come back as the same owner", async () => {
    const [from, to] = await Promise.all([Home.make(), Home.make()]);
    const ownerIn = async (where: Home): Promise<string> =>
      (JSON.parse((await where.run(["keys", "show", "--json"])).stdout) as { owner: string }).owner;
    expect((await from.run(["keys", "new"])).code).toBe(0);
    const { stdout, stderr } = await from.run(["keys", "export"]);
    expect(stdout.trim().split(" ")).toHaveLength(24);
    expect(stderr).toBe("Secret: whoever has it has all that the account holds.\n");
    expect(await to.run(["keys", "import", "-", "--json"], {}, stdout)).toMatchObject({ code: 0, stderr: "" });
    expect(await ownerIn(to)).toBe(await ownerIn(from));
    refused(await to.run(["keys", "import", "-"], {}, stdout), 4, `${to.at("keystore.json")}: must not exist yet`);
    await rm(to.at("keystore.json"));
    expect((await from.run(["keys", "export", "--hex", "--out", to.at("key.txt"), "--json"])).code).toBe(0);
    expect((await stat(to.at("key.txt"))).mode & 0o777).toBe(0o600);
    expect((await to.run(["keys", "import", to.at("key.txt"), "--json"])).code).toBe(0);
    expect(await ownerIn(to)).toBe(await ownerIn(from));
    refused(await to.run(["keys", "import"]), 4, "spendKey: takes a file, -, or a terminal to ask on");
    refused(
      await from.run(["keys", "import", "-", "--home", to.at("other")], {}, "abandon ".repeat(24)),
      2,
      "spendKey: must have the checksum",
    );
    await Promise.all([from.remove(), to.remove()]);
  });
});

describe("tables and margins", () => {
  it("builds the sample's table, checks it, and measures both portfolios on it", async () => {
    const table = home.at("sample.json");
    expect(await home.run(["table", "build", "--market", "data/market.json", "--out", table, "--json"])).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect((await home.run(["table", "check", table, "--market", "data/market.json"])).stdout).toContain(
      "as the market file gives it",
    );
    refused(
      await home.run(["table", "check", home.at("table.json"), "--market", "data/market.json"]),
      2,
      "table: must be what data/market.json gives",
    );
    const good = await home.run([
      "margin",
      "--portfolio",
      "data/portfolio.json",
      "--table",
      table,
      "--what-if",
      "venue-a:BTC-PERP=-5 venue-a:ETH-PERP=2",
      "--html",
      home.at("margin.html"),
    ]);
    expect(good.code).toBe(0);
    expect(good.stderr).toMatch(
      /^warning: the risk table's prices are of 2025-10-25T00:05:00Z, and it was good until 2025-10-26T00:05:00Z, \d+ (months|d|h) ago: what is true now may be otherwise\nreport written to .*margin.html\n$/,
    );
    expect(good.stdout).toContain("What if");
    expect(await readFile(home.at("margin.html"), "utf8")).toContain("What the trade would do");
    const short = await home.run(["margin", "--portfolio", "data/portfolio-short.json", "--table", table, "--json"]);
    expect(short.code).toBe(1);
    expect(JSON.parse(short.stdout)).toMatchObject({
      format: "plimsoll-margin",
      covered: { initial: false },
      units: { amounts: "µUSD (1,000,000 are 1 USD)" },
      stale: { notAfter: 1_761_437_100 },
    });
    const near = ["margin", "--portfolio", "data/portfolio.json", "--table", table, "--what-if"];
    refused(
      await home.run([...near, "venue-a:BTC-PREP=1"]),
      2,
      "trades[0].instrument: must be listed in the risk table (did you mean venue-a:BTC-PERP or ",
    );
    const shown = await home.run(["table", "show", table, "--filter", "btc-perp"]);
    expect(shown.stdout).toMatch(
      /^instrument +kind +mark, USD per lot +lot\nvenue-a:BTC-PERP +position +[\d.,]+ +0\.001 BTC\n/,
    );
    expect(JSON.parse((await home.run(["table", "show", table, "--json"])).stdout)).toMatchObject({
      instruments: expect.arrayContaining([
        expect.objectContaining({ name: "vault-ethereum:WBTC", kind: "collateral" }),
      ]) as unknown,
    });
    refused(
      await home.run(["table", "show", table, "--instrument", "WBTC"]),
      2,
      "instrument: must be listed in the risk table (did you mean vault-ethereum:WBTC or vault-solana:WBTC?)",
    );
    refused(
      await home.run(["margin", "--portfolio", "data/portfolio.json"]),
      2,
      "portfolio.holdings[0].instrument: must be listed in the risk table",
    );
    refused(
      await home.run([
        "margin",
        "--portfolio",
        "data/portfolio.json",
        "--table",
        table,
        "--what-if",
        "venue-a:BTC-PERP",
      ]),
      2,
      "trades[0]: must read INSTRUMENT=SIZE",
    );
  });

  it("measures on a market file where there is no table, and says what to give where there is neither", async () => {
    const fresh = await Home.make();
    refused(
      await fresh.run(["margin", "--portfolio", "data/portfolio.json"]),
      2,
      "table: is missing: give --market MARKET.json (data/market.json is a sample) or --table TABLE.json, or make the home's with plimsoll table build",
    );
    const plain = await fresh.run(["margin", "--portfolio", "data/portfolio.json", "--market", "data/market.json"]);
    expect([plain.code, plain.stdout.includes("\u001b")]).toEqual([0, false]);
    const coloured = await fresh.run(["margin", "--portfolio", "data/portfolio.json", "--market", "data/market.json"], {
      FORCE_COLOR: "1",
    });
    expect(coloured.stdout.replace(/\u001b\[\d+m/g, "")).toBe(plain.stdout);
    expect(coloured.stdout).toContain("\u001b[32m");
    await fresh.remove();
  });

  it("names the place in a market file that is wrong", async () => {
    const market = (await readFile("data/market.json", "utf8")).replace('"price": "111249.61"', '"price": "-1"');
    await writeFile(home.at("market.json"), market);
    refused(
      await home.run(["table", "build", "--market", home.at("market.json"), "--out", home.at("never.json")]),
      2,
      "market.underlyings[0].sources[0].price: must be",
    );
    await expect(readFile(home.at("never.json"))).rejects.toThrow("ENOENT");
  });
});

describe("ceremony", () => {
  it("takes published powers of tau alone, and existing circuits", async () => {
    const tau = ["--ptau", home.at("table.json")];
    refused(
      await home.run(["ceremony", "init", home.at("0.zkey"), "--circuit", "exit", "--tier", "T", ...tau]),
      3,
      `${home.at("table.json")}: must be one of the published powersOfTau28_hez_final files`,
    );
    refused(
      await home.run(["ceremony", "init", home.at("0.zkey"), "--circuit", "exit", "--tier", "L", ...tau]),
      2,
      'tier: exit has none of that name, got "L"',
    );
    refused(
      await home.run(["ceremony", "contribute", home.at("0.zkey"), home.at("1.zkey")]),
      2,
      "required option '--name <name>' not specified",
    );
    refused(
      await home.run(["ceremony", "contribute", home.at("table.json"), home.at("1.zkey"), "--name", "Ada"]),
      3,
      `${home.at("table.json")}: is not a readable Groth16 zkey`,
    );
    refused(
      await home.run(["ceremony", "beacon", home.at("0.zkey"), home.at("1.zkey"), "--name", "block", "--hash", "0x12"]),
      2,
      'beacon: must be 16 to 255 bytes in hex, got "12"',
    );
  });
});
