/**
 * Whom a relayer believes: attestors who are dead, silent or lying don't stop it, and those who contradict themselves
 * freeze their route.
 */
import { Wallet } from "ethers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { ATTESTATION_TYPES, signingDomain } from "../../src/chain/calls.ts";
import { issuerNamed } from "../../src/chain/network.ts";
import { send } from "../support/chain.ts";
import { SIGNERS } from "../support/deployment.ts";
import { localDeployment, snapshot, type LocalNetwork } from "../support/localNetwork.ts";
import {
  attesting,
  closeAll,
  fourAttestors,
  latestRoot,
  leaveRoots,
  mirrorOf,
  relaying,
  rogue,
  stateOf,
  transactions,
  troubles,
  withFinality,
  type Attesting,
  type Relaying,
  type Served,
} from "./support.ts";

const RELAYER = new Wallet(ANVIL_KEYS[1]).address;
const ROUTE = "roots north to home";
let local: LocalNetwork;
let vault: string;
let attestors: Attesting[];
let rogues: Served[];
const urls = (): string[] => attestors.map(({ url }) => url);

beforeAll(async () => {
  local = await localDeployment();
  vault = issuerNamed(local.network, "vault-north").contract;
  await leaveRoots(local);
});
afterAll(() => local.stop());
/** Every test begins with the same chains, of which nothing is relayed yet, and with attestors that have signed nothing. */
beforeEach(() => snapshot(local));
beforeEach(async () => {
  [attestors, rogues] = [await fourAttestors(local), []];
  return () => closeAll([...attestors, ...rogues]);
});

const roguish = async (answer: Parameters<typeof rogue>[0]): Promise<string> => {
  rogues.push(await rogue(answer));
  return rogues.at(-1)!.url;
};

/** What a signer says of a block of north, true or not. */
async function attestation(
  place: number,
  number: number,
  blockHash: string,
  { signer = place, set = 1 } = {},
): Promise<unknown> {
  const domain = signingDomain("RootMirror", local.chains.home.chainId, mirrorOf(local, "north", "home"));
  const signature = await SIGNERS[signer]!.signTypedData(domain, ATTESTATION_TYPES, {
    chainId: 31338,
    number,
    blockHash,
    set,
  });
  return { number, blockHash, set: String(set), place, signature };
}
const finalNorth = async (): Promise<{ number: number; hash: string }> => local.nodes.get("north")!.finalised();

/** Runs the route of these tests, and says why it failed if it did. */
const outcome = (relayer: Relaying): Promise<unknown> => relayer.task(ROUTE).catch((error: Error) => error.message);

it("needs no more than enough attestors: one is dead, one never answers", async () => {
  const silent = await roguish(() => undefined);
  const relayer = relaying(local, { attestors: ["http://127.0.0.1:1", silent, ...urls().slice(1)] });
  expect(await relayer.task(ROUTE)).toMatchObject({ frozen: false, lagSeconds: 0 });
  expect(troubles(relayer.lines).map(({ fields }) => [fields["attestor"], fields["reason"]])).toEqual([
    [0, "attestors[0]: can't be reached (HTTP isn't spoken at such a port)"],
  ]);
});

it("is told by nobody what no member signed", async () => {
  const { number, hash } = await finalNorth();
  const wrong = `0x${"1".repeat(64)}`;
  const lies: readonly (readonly [string, unknown])[] = [
    ["place 0 didn't sign what it sent", await attestation(0, number, hash, { signer: 1 })],
    ["place 4 didn't sign what it sent", await attestation(4, number, hash, { signer: 0 })],
    ["place 0 didn't sign what it sent", { ...((await attestation(0, number, hash)) as object), blockHash: wrong }],
    ["answered no attestation of this height", await attestation(0, number - 1, hash)],
    ["signed as of set 2, 1 is in force", await attestation(0, number, hash, { set: 2 })],
    ["answered no attestation of this height", { ...((await attestation(0, number, hash)) as object), signature: 5 }],
    ["place 0 didn't sign what it sent", { ...((await attestation(0, number, hash)) as object), signature: "0x" }],
    ["answered no attestation of this height", "no JSON"],
    ["answered no attestation of this height", null],
  ];
  let answer: unknown;
  const liar = await roguish(() => ({ body: JSON.stringify(answer) }));
  const [, second, third] = urls();
  for (const [reason, lie] of lies) {
    answer = lie;
    const relayer = relaying(local, { attestors: [liar, second!, third!] });
    expect(await outcome(relayer), reason).toContain("attestors: too few sign what is due from north");
    expect(relayer.lines[0]!.fields["reason"]).toBe(reason);
    expect(
      await local.nodes.get("home")!.read("RootMirror", mirrorOf(local, "north", "home"), "attestedHash", number),
    ).toBe(`0x${"0".repeat(64)}`);
  }
  // The others are enough whatever the liar says; and nobody is counted twice.
  expect(await outcome(relaying(local, { attestors: [second!, third!, third!, second!] }))).toContain(
    "2 of the 3 needed",
  );
  expect(await outcome(relaying(local, { attestors: [liar, ...urls().slice(1)] }))).toMatchObject({ lagSeconds: 0 });
});

it("takes the highest block that enough attestors call final, whatever liars say", async () => {
  const { number } = await finalNorth();
  // Two nodes are a block behind ours.
  const slower = await Promise.all([0, 1].map((place) => attesting(withFinality(local, 2, ["north"]), place)));
  rogues.push(...slower);
  const liars = await Promise.all(
    [2 ** 40, 0, -1, number].map((finalised) =>
      roguish(() => ({ status: 409, body: JSON.stringify({ error: "isn't final yet", finalised }) })),
    ),
  );
  const relayer = relaying(local, { attestors: [...liars, ...slower.map(({ url }) => url), urls()[2]!] });
  expect(await relayer.task(ROUTE)).toMatchObject({ lagSeconds: 0 });
  const attested = async (height: number): Promise<string> =>
    local.nodes.get("home")!.read("RootMirror", mirrorOf(local, "north", "home"), "attestedHash", height);
  expect(await attested(number)).toBe(`0x${"0".repeat(64)}`);
  expect(await attested(number - 1)).toBe((await local.nodes.get("north")!.block(number - 1)).hash);
});

it("freezes a route on which attestors contradict themselves, and leaves it alone from then on", async () => {
  const { number, hash } = await finalNorth();
  const wrong = `0x${"2".repeat(64)}`;
  const liars = await Promise.all(
    [0, 1, 2].map(async (place) => {
      const lie = JSON.stringify(await attestation(place, number, wrong));
      return roguish(() => ({ body: lie }));
    }),
  );
  // Alone, theirs is another block than the node has: nothing is brought, and people are called.
  const misled = relaying(local, { attestors: liars });
  expect(await outcome(misled)).toContain("too few sign");
  expect(misled.lines).toContainEqual({
    level: "alarm",
    event: "attestors vouch for another block",
    fields: { from: "north", to: "home", number, theirs: wrong, ours: hash },
  });

  const relayer = relaying(local, { attestors: [...liars, ...urls()] });
  expect(await relayer.task(ROUTE)).toMatchObject({ frozen: true });
  expect(await local.nodes.get("home")!.read("RootMirror", mirrorOf(local, "north", "home"), "isFrozen")).toBe(true);
  expect(await latestRoot(local, "north", "home", vault, "notes")).toEqual([0n, 0n]);

  // The other routes go on, and nothing crashes.
  const before = await transactions(local, RELAYER);
  relayer.lines.splice(0);
  await relayer.round();
  expect(relayer.lines.filter(({ level, event }) => level === "alarm" || event === "task failed")).toEqual([
    { level: "alarm", event: "route frozen", fields: { from: "north", to: "home" } },
  ]);
  expect((await transactions(local, RELAYER)) - before).toBe(4);
});

it("freezes a route whose attested header its attestors gainsay", async () => {
  const { number } = await finalNorth();
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "north", "home"));
  const wrong = `0x${"3".repeat(64)}`;
  const signed = await Promise.all(
    [0, 1, 2].map(async (place) => ({
      place,
      data: ((await attestation(place, number, wrong)) as { signature: string }).signature,
    })),
  );
  await send(mirror, "attest", number, wrong, 1, signed);
  expect(await relaying(local, { attestors: urls() }).task(ROUTE)).toMatchObject({ frozen: true });
  expect(await mirror.getFunction("isFrozen")()).toBe(true);
});

it("takes out of the joined roots what a conflict voided, though the route is frozen", async () => {
  const relayer = relaying(local, { attestors: urls() });
  const { number } = await finalNorth();
  await relayer.round();
  const joined = async (): Promise<bigint> => (await stateOf(local))["vault-north joined"] as bigint;
  expect(await joined()).toBeGreaterThan(0n);
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "north", "home"));
  const wrong = `0x${"4".repeat(64)}`;
  const signed = await Promise.all(
    [0, 1, 2].map(async (place) => ({
      place,
      data: ((await attestation(place, number, wrong)) as { signature: string }).signature,
    })),
  );
  await send(mirror, "attest", number, wrong, 1, signed);
  expect(await relayer.task(ROUTE)).toEqual({ frozen: true });
  expect(await relayer.task("notes")).toEqual({ joined: 1 });
  expect(await joined()).toBe(0n);
  expect((await stateOf(local))["vault-south joined"]).toBeGreaterThan(0n);
  expect(await relayer.task("notes")).toEqual({ joined: 0 });
});

it("uses a header that somebody else had attested", async () => {
  const { number, hash } = await finalNorth();
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "north", "home"));
  const signed = await Promise.all(
    [0, 1, 2].map(async (place) => ({
      place,
      data: ((await attestation(place, number, hash)) as { signature: string }).signature,
    })),
  );
  await send(mirror, "attest", number, hash, 1, signed);
  expect(await relaying(local, { attestors: [] }).task(ROUTE)).toMatchObject({ lagSeconds: 0 });
});
