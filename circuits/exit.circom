pragma circom 2.2.0;

include "lib/exit.circom";
include "lib/hash.circom";
include "lib/tree.circom";

/**
 * @title  Exit
 * @notice An exit leaf under exitsRoot pays these lots of this instrument to `recipient`; `spent` is its nullifier.
 */
template Exit(treeDepth) {
    // ── PUBLIC ───────────────────────────────────────────────────────────────────────────────────────────────────────
    signal input exitsRoot;
    signal input spent;                                  // P(EXIT_SPENT, leaf, salt)
    signal input instrument;
    signal input lots;
    signal input recipient;                              // an address as a number
    signal input context;

    // ── PRIVATE ──────────────────────────────────────────────────────────────────────────────────────────────────────
    signal input salt;                                   // P(SALT, readKey) of the version that spent
    signal input depth;
    signal input index;
    signal input siblings[treeDepth];

    // 1. The leaf.
    signal leaf <== ExitLeaf()(instrument, lots, recipient, salt);

    // 2. It lies under exitsRoot.
    signal root <== TreeRoot(treeDepth)(leaf, depth, index, siblings);
    root === exitsRoot;

    // 3. Spent once.
    signal nullifier <== Hash(TAG_EXIT_SPENT(), 2)([leaf, salt]);
    nullifier === spent;

    // 4. The context is part of the statement.
    signal bound <== context * context;
}
