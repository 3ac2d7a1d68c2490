/**
 * The interfaces are under MIT, and so is everything they reach: a venue that implements or calls one takes on none of
 * the GPL that the contracts behind it are under. Read from the compiler's trees, not from the files' text.
 */
import { readdir } from "node:fs/promises";
import { licencesOf } from "./solidity.ts";

const FOLDER = "contracts/interfaces";
const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".sol")).map((file) => `${FOLDER}/${file}`);
const others = Object.entries(licencesOf(files)).filter(([, licence]) => licence !== "MIT");
for (const [file, licence] of others)
  console.error(`${file}: reached from ${FOLDER}, must be MIT, is ${licence ?? "under no licence"}`);
if (others.length > 0) process.exit(1);
console.log(`${files.length} interfaces, MIT and self-contained`);
