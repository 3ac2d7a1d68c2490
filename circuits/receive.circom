pragma circom 2.2.0;

include "lib/account.circom";
include "lib/holdings.circom";
include "lib/keys.circom";
include "lib/note.circom";
include "lib/ranges.circom";

/**
 * @title  Receive
 * @notice oldCommitment becomes newCommitment by receiving up to nNotes unspent notes under notesRoot. With oldCommitment
 *         0 the account opens, and its owner's opening nullifier is spent. Receiving records facts: no margin is checked.
 */
template Receive(nHoldings, nGroups, tableLevels, tableCap, treeDepth, nNotes) {
    // ── PUBLIC ───────────────────────────────────────────────────────────────────────────────────────────────────────
    signal input oldCommitment;                          // 0: opens
    signal input newCommitment;
    signal input notesRoot;
    signal input openingNullifier;                       // P(NULLIFIER, owner, 0) when it opens, else 0
    signal input nullifiers[nNotes];
    signal input cipher[1 + nHoldings \ HOLDINGS_PER_WORD()];
    signal input context;

    // ── PRIVATE: keys and account ────────────────────────────────────────────────────────────────────────────────────
    signal input spendLock;
    signal input proveKey;
    signal input version;                                // of the old state; any value when it opens
    signal input readKey;                                // of the old state; any value when it opens
    signal input oldInstruments[nHoldings];
    signal input oldSizes[nHoldings];
    signal input instruments[nHoldings];
    signal input sizes[nHoldings];
    signal input spares[NOTE_LEGS()];                    // instruments that cancel out, or 0

    // ── PRIVATE: notes ───────────────────────────────────────────────────────────────────────────────────────────────
    signal input noteUsed[nNotes];
    signal input noteIssuer[nNotes];
    signal input noteSalt[nNotes];
    signal input noteNonce[nNotes];
    signal input noteInstruments[nNotes][NOTE_LEGS()];
    signal input noteSizes[nNotes][NOTE_LEGS()];
    signal input noteDepth[nNotes];
    signal input noteIndex[nNotes];
    signal input noteSiblings[nNotes][treeDepth];
    signal input noteIssuerSiblings[nNotes][ISSUER_DEPTH()];

    // 1. The owner.
    signal owner <== Owner()(spendLock, proveKey);

    // 2. The old state: empty and unversioned when the account opens.
    signal opens <== IsZero()(oldCommitment);
    Holding() oldHoldings[nHoldings];
    signal oldWords[nHoldings \ HOLDINGS_PER_WORD()];
    (oldHoldings, _, _, oldWords) <== ReadHoldings(nHoldings)(oldInstruments, oldSizes);
    signal before <== AccountCommitment(nHoldings)(owner, version, readKey, oldWords);
    (1 - opens) * (before - oldCommitment) === 0;
    for (var i = 0; i < nHoldings; i++) opens * oldHoldings[i].instrument === 0;
    signal opening <== Hash(TAG_NULLIFIER(), 2)([owner, 0]);
    openingNullifier === opens * opening;

    // 3. The notes.
    Holding() items[nHoldings + nNotes * NOTE_LEGS()];
    for (var i = 0; i < nHoldings; i++) items[i] <== oldHoldings[i];
    component notes[nNotes];
    for (var n = 0; n < nNotes; n++) {
        notes[n] = ReceiveNote(n, treeDepth);
        notes[n].used <== noteUsed[n];
        notes[n].owner <== owner;
        notes[n].proveKey <== proveKey;
        notes[n].oldCommitment <== oldCommitment;
        notes[n].notesRoot <== notesRoot;
        notes[n].issuerId <== noteIssuer[n];
        notes[n].salt <== noteSalt[n];
        notes[n].nonce <== noteNonce[n];
        notes[n].instruments <== noteInstruments[n];
        notes[n].sizes <== noteSizes[n];
        notes[n].depth <== noteDepth[n];
        notes[n].index <== noteIndex[n];
        notes[n].siblings <== noteSiblings[n];
        notes[n].issuerSiblings <== noteIssuerSiblings[n];
        nullifiers[n] === notes[n].nullifier;
        for (var l = 0; l < NOTE_LEGS(); l++) items[nHoldings + n * NOTE_LEGS() + l] <== notes[n].legs[l];
    }

    // 4. The new state holds what the old one held and what the notes bring, and nothing else.
    Holding() holdings[nHoldings];
    signal words[nHoldings \ HOLDINGS_PER_WORD()];
    (holdings, _, _, words) <== ReadHoldings(nHoldings)(instruments, sizes);
    Conserve(nHoldings + nNotes * NOTE_LEGS(), nHoldings, NOTE_LEGS())(items, holdings, spares);

    // 5. Its commitment and cipher, under the next read key; the first one comes from the prove key.
    signal lastKey <== readKey + opens * (proveKey - readKey);
    signal newReadKey <== NextReadKey()(lastKey);
    signal newVersion <== (1 - opens) * (version + 1);
    signal after <== AccountCommitment(nHoldings)(owner, newVersion, newReadKey, words);
    after === newCommitment;
    signal encrypted[1 + nHoldings \ HOLDINGS_PER_WORD()] <== Cipher(nHoldings)(owner, newReadKey, newCommitment, words);
    encrypted === cipher;

    // 6. The context is part of the statement.
    signal bound <== context * context;
}
