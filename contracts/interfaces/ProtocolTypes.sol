// SPDX-License-Identifier: MIT
// Generated from src/protocol/constants.ts by `npm run generate`; do not edit.
pragma solidity ^0.8.30;

/// @notice The circuits, in the order a trader meets them.
enum Circuit {
    Receive,
    Spend,
    Solvency,
    Exit
}

/// @notice Sizes of accounts. T is for tests: no deployment registers a verifier of it.
enum Tier {
    T,
    M,
    L
}

/// @notice Public signals of receive.
struct ReceiveSignals {
    uint256 oldCommitment;
    uint256 newCommitment;
    uint256 notesRoot;
    uint256 openingNullifier;
    uint256[] nullifiers;
    uint256[] cipher;
    uint256 context;
}

/// @notice Public signals of spend.
struct SpendSignals {
    uint256 oldCommitment;
    uint256 newCommitment;
    uint256 tableRoot;
    uint256 exitLeaf;
    uint256 claim;
    uint256[] cipher;
    uint256 context;
}

/// @notice Public signals of solvency.
struct SolvencySignals {
    uint256 accountsRoot;
    uint256 tableRoot;
    uint256 alias_;
    uint256 claim;
    uint256 committee;
    uint256[6] ciphertext;
    uint256 context;
}

/// @notice Public signals of exit.
struct ExitSignals {
    uint256 exitsRoot;
    uint256 spent;
    uint256 instrument;
    uint256 lots;
    uint256 recipient;
    uint256 context;
}
