/**
 * plimsoll keys: make, look at, hand out, keep on paper.
 *
 * @module
 */
import { InputError, KeystoreError } from "../base/errors.ts";
import { ISSUER_BITS } from "../protocol/constants.ts";
import { didYouMean } from "../base/nearest.ts";
import { KEYSTORE, examples, repeated, wholeNumber, type Globals, type Program } from "./options.ts";

const KEY_TEXT = 1024;

export function keysCommands(program: Program): void {
  const keys = program.command("keys").description("keys in an encrypted keystore");

  examples(
    keys.command("new").description("draw a spend key and write the home's keystore"),
    "plimsoll keys new",
    "PLIMSOLL_PASSPHRASE=... plimsoll keys new --home ./trader",
  ).action(async (_, command) => {
    const { randomSpendKey } = await import("../account/keys.ts");
    await writeNew(command.optsWithGlobals(), randomSpendKey());
  });

  examples(
    keys
      .command("import [file]")
      .description(
        "write the home's keystore from a spend key's 24 words, or its 32 bytes in hex: from a file, standard input (-), or typed unseen",
      ),
    "plimsoll keys import",
    "plimsoll keys import key.txt",
    "plimsoll keys import - < key.txt",
  ).action(async (file, _, command) => {
    const [{ parseKey }, { readText }, { askHidden }] = await Promise.all([
      import("../account/backup.ts"),
      import("../base/files.ts"),
      import("./passphrase.ts"),
    ]);
    const typed = async (): Promise<string> => {
      if (!process.stdin.isTTY) throw new KeystoreError("spendKey: takes a file, -, or a terminal to ask on");
      return askHidden("24 words, or 32 bytes in hex");
    };
    const text = file === undefined ? await typed() : file === "-" ? await readStdin() : await readText(file, KEY_TEXT);
    await writeNew(command.optsWithGlobals(), parseKey(text));
  });

  examples(
    keys
      .command("export")
      .description("print the spend key, for paper: 24 words, from which keys import makes the keystore again")
      .option("--hex", "32 bytes in hex instead of words")
      .option("--out <file>", "write it there, for its owner's eyes, instead of printing it")
      .option(...KEYSTORE),
    "plimsoll keys export",
    "plimsoll keys export --hex --out key.txt",
  ).action(async (_, command) => {
    const [{ keyHex, keyWords }, { writeAtomic }, { unlockSpend }, { remark, show }] = await Promise.all([
      import("../account/backup.ts"),
      import("../base/files.ts"),
      import("./home.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    const { spendKey } = await unlockSpend(flags, flags.keystore);
    const text = flags.hex === true ? keyHex(spendKey) : keyWords(spendKey);
    remark(flags, "Secret: whoever has it has all that the account holds.");
    if (flags.out === undefined)
      return show(flags, flags.hex === true ? { spendKey: text } : { words: text }, () => text);
    await writeAtomic(flags.out, `${text}\n`, { secret: true });
    show(flags, { file: flags.out }, () => `written to ${flags.out}`);
  });

  examples(
    keys
      .command("show")
      .description("show what a keystore holds, and the owner's names (never the keys)")
      .option(...KEYSTORE)
      .option("--issuer <issuer>", "show the alias at this issuer, by name or id; repeatable", repeated, []),
    "plimsoll keys show --issuer desk-a --issuer venue-a",
  ).action(async (_, command) => {
    const [{ aliasOf, ownerOf }, { keystoreKind }, { homeFiles, keystoreText, unlock }, { remark, show }] =
      await Promise.all([
        import("../account/keys.ts"),
        import("../wallet/keystore.ts"),
        import("./home.ts"),
        import("./output.ts"),
      ]);
    const flags = command.optsWithGlobals();
    const issuers = flags.issuer.length === 0 ? [] : await issuersOf(flags, flags.issuer);
    const path = flags.keystore ?? homeFiles(flags).keystore;
    const kind = keystoreKind(await keystoreText(path), path);
    const owner = ownerOf(await unlock(flags, path));
    const aliases = issuers.map(({ issuerId, name }) => ({ issuer: name, issuerId, alias: aliasOf(owner, issuerId) }));
    remark(flags, "The owner links all aliases; show it to nobody who should see only one.");
    show(flags, { keystore: path, kind, owner, aliases }, () =>
      [
        `keystore  ${path}`,
        `powers    ${kind === "spend" ? "moves value, proves, receives, reads" : "proves, receives, reads (a keeper's)"}`,
        `owner     ${owner}`,
        ...aliases.map(({ issuer, issuerId, alias }) => `alias at ${issuer ?? issuerId}: ${alias}`),
      ].join("\n"),
    );
  });

  examples(
    keys
      .command("derive")
      .description("hand out less: a keeper's keystore, or a read key from one version on")
      .option("--keeper <file>", "write a keystore that proves and receives, and can't draw or withdraw")
      .option("--reader <version>", "print the read key from this version of the account on", wholeNumber(0, 1_000_000))
      .option(...KEYSTORE),
    "plimsoll keys derive --keeper keeper.json",
    "plimsoll keys derive --reader 12",
  ).action(async (_, command) => {
    const [
      { readKeyAt },
      { encryptKeys },
      { unlock, unlockSpend, writeKeystoreFile },
      { remark, show },
      { askNewPassphrase },
    ] = await Promise.all([
      import("../account/keys.ts"),
      import("../wallet/keystore.ts"),
      import("./home.ts"),
      import("./output.ts"),
      import("./passphrase.ts"),
    ]);
    const flags = command.optsWithGlobals();
    if ((flags.keeper === undefined) === (flags.reader === undefined))
      throw new InputError("keys derive", "takes either --keeper or --reader");
    if (flags.reader !== undefined) {
      const readKey = readKeyAt((await unlock(flags, flags.keystore)).proveKey, flags.reader);
      remark(
        flags,
        "Secret: whoever has it reads this version of the account and all later ones, and knows its owner.",
      );
      return show(flags, { version: flags.reader, readKey }, () => String(readKey));
    }
    const { proveKey, spendLock } = await unlockSpend(flags, flags.keystore);
    const passphrase = await askNewPassphrase("keeper's passphrase", "PLIMSOLL_KEEPER_PASSPHRASE");
    await writeKeystoreFile(flags.keeper!, await encryptKeys({ proveKey, spendLock }, passphrase));
    show(flags, { keystore: flags.keeper, kind: "prove" }, () => `keeper's keystore ${flags.keeper}`);
  });
}

/** Writes the home's keystore, never over another. */
async function writeNew(globals: Globals, spendKey: bigint): Promise<void> {
  const [
    { stat },
    { spendKeys },
    { encryptKeys },
    { homeFiles, writeKeystoreFile },
    { remark, show },
    { askNewPassphrase },
  ] = await Promise.all([
    import("node:fs/promises"),
    import("../account/keys.ts"),
    import("../wallet/keystore.ts"),
    import("./home.ts"),
    import("./output.ts"),
    import("./passphrase.ts"),
  ]);
  const path = homeFiles(globals).keystore;
  // Said before a passphrase is asked for; the writing looks again.
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    throw new KeystoreError(`${path}: must not exist yet`);
  await writeKeystoreFile(path, await encryptKeys(spendKeys(spendKey), await askNewPassphrase()));
  remark(
    globals,
    "Keep a copy of this file and its passphrase, or the words of plimsoll keys export: they alone restore the account, and nobody can replace them.",
  );
  show(globals, { keystore: path, kind: "spend" }, () => `keystore ${path}`);
}

/** Issuers by name, as the home's network or table calls them, or by id. */
async function issuersOf(
  globals: Globals,
  texts: readonly string[],
): Promise<{ readonly issuerId: number; readonly name: string | undefined }[]> {
  const [{ issuerOf }, { loadConfig }, { tableForNames }] = await Promise.all([
    import("../protocol/instrument.ts"),
    import("./config.ts"),
    import("./home.ts"),
  ]);
  const names = new Map<string, number>();
  for (const { issuer, instrument } of (await tableForNames(globals))?.listings ?? [])
    names.set(issuer, issuerOf(instrument));
  const network = await loadConfig(globals.home).then(
    (config) => config.network,
    () => undefined,
  );
  for (const { name, id } of network?.issuers ?? []) names.set(name, id);
  return texts.map((text) => {
    const named = names.get(text);
    if (named !== undefined) return { issuerId: named, name: text };
    const id = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(id < 2 ** ISSUER_BITS))
      throw new InputError(
        "issuer",
        `must be the id of an issuer, or a name that the home's network or table has${didYouMean(text, names.keys())}`,
        text,
      );
    return { issuerId: id, name: [...names].find(([, known]) => known === id)?.[0] };
  });
}

async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) if (text.length <= KEY_TEXT) text += chunk as string;
  return text;
}
