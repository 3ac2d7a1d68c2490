import { defaultExclude, defineConfig } from "vitest/config";
import { foundry } from "./scripts/foundry.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [
      ...defaultExclude,
      ...(foundry("anvil") === undefined || foundry("forge") === undefined
        ? ["test/contracts/**", "test/services/{attestations,attestor,epochs,faults,relayer,reorgs,reporter}.test.ts"]
        : []),
    ],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    // The witness calculator prints every refused input; the tests read the same text from the error.
    onConsoleLog: (log) => !/^ERROR: .*\d|^Error in template/.test(log),
  },
});
