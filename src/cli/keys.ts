/**
 * plimsoll keys: make, look at, hand out.
 *
 * @module
 */
import type { Command } from "commander";
import { aliasOf, ownerOf, randomSpendKey, readKeyAt, spendKeys } from "../account/keys.ts";
import { InputError } from "../errors.ts";
import { ISSUER_BITS } from "../protocol.ts";
import { encryptKeys, keystoreKind, readKeystore, writeKeystore } from "../wallet/keystore.ts";
import { examples, remark, show, wholeNumber, type Globals } from "./command.ts";
import { homeFiles, unlock, unlockSpend } from "./home.ts";
import { askNewPassphrase } from "./passphrase.ts";

interface Flags extends Globals {
  readonly keystore?: string;
  readonly issuer?: number[];
  readonly keeper?: string;
  readonly reader?: number;
}

const collect = (parse: (text: string) => number) => (text: string, list: number[] = []): number[] => [...list, parse(text)];

export function keysCommands(program: Command): void {
  const keys = program.command("keys").description("keys in an encrypted keystore");

  examples(keys.command("new").description("draw a spend key and write the home's keystore"), "plimsoll keys new", "PLIMSOLL_PASSPHRASE=... plimsoll keys new --home ./trader")
    .action(async (_: unknown, command: Command) => {
      const globals = command.optsWithGlobals<Flags>();
      const path = homeFiles(globals).keystore;
      const text = await encryptKeys(spendKeys(randomSpendKey()), await askNewPassphrase());
      await writeKeystore(path, text);
      remark(globals, "Keep a copy of this file and its passphrase: they alone restore the account, and nobody can replace them.");
      show(globals, { keystore: path, kind: "spend" }, () => `keystore ${path}`);
    });

  examples(
    keys.command("show").description("show what a keystore holds, and the owner's names (never the keys)")
      .option("--keystore <file>", "another keystore than the home's")
      .option("--issuer <id>", "show the alias at this issuer; repeatable", collect(wholeNumber(0, 2 ** ISSUER_BITS - 1))),
    "plimsoll keys show --issuer 16 --issuer 32",
  ).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const path = flags.keystore ?? homeFiles(flags).keystore;
    const kind = keystoreKind(await readKeystore(path), path);
    const owner = ownerOf(await unlock(flags, path));
    const aliases = (flags.issuer ?? []).map((issuerId) => ({ issuerId, alias: aliasOf(owner, issuerId) }));
    remark(flags, "The owner links all aliases; show it to nobody who should see only one.");
    show(flags, { keystore: path, kind, owner, aliases }, () => [
      `keystore  ${path}`,
      `powers    ${kind === "spend" ? "moves value, proves, folds, reads" : "proves, folds, reads (a keeper's)"}`,
      `owner     ${owner}`,
      ...aliases.map(({ issuerId, alias }) => `alias at ${issuerId}: ${alias}`),
    ].join("\n"));
  });

  examples(
    keys.command("derive").description("hand out less: a keeper's keystore, or a read key from one version on")
      .option("--keeper <file>", "write a keystore that proves and folds, and can't draw or withdraw")
      .option("--reader <version>", "print the read key from this version of the account on", wholeNumber(0, 1_000_000))
      .option("--keystore <file>", "another keystore than the home's"),
    "plimsoll keys derive --keeper keeper.json", "plimsoll keys derive --reader 12",
  ).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    if ((flags.keeper === undefined) === (flags.reader === undefined)) throw new InputError("keys derive", "takes either --keeper or --reader");
    if (flags.reader !== undefined) {
      const readKey = readKeyAt((await unlock(flags, flags.keystore)).proveKey, flags.reader);
      remark(flags, "Secret: whoever has it reads this version of the account and all later ones, and knows its owner.");
      return show(flags, { version: flags.reader, readKey }, () => String(readKey));
    }
    const { proveKey, spendLock } = await unlockSpend(flags, flags.keystore);
    const passphrase = await askNewPassphrase("keeper's passphrase", "PLIMSOLL_KEEPER_PASSPHRASE");
    await writeKeystore(flags.keeper!, await encryptKeys({ proveKey, spendLock }, passphrase));
    show(flags, { keystore: flags.keeper, kind: "prove" }, () => `keeper's keystore ${flags.keeper}`);
  });
}
