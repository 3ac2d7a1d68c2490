// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRootSource} from "./IRootSource.sol";

/// @notice An issuer: one contract on one chain, and where its roots come from.
struct Issuer {
    uint8 issuerId;
    IRootSource source;
    address account;
}

/// @notice The notes of all issuers under one root.
interface IIssuerNotes {
    /// @notice Thrown when an issuer id, or a contract, is named twice, or an id is 0.
    error BadIssuer(uint8 issuerId, address account);
    /// @notice Thrown when there is no such issuer.
    error UnknownIssuer(uint8 issuerId);
    /// @notice Thrown when an issuer has no root newer than the one that is joined.
    error NothingNew(uint8 issuerId, uint256 root);
    /// @notice Thrown when an issuer's route is frozen, and a root would come by it.
    error RouteFrozen(uint8 issuerId);

    /// @notice An issuer was admitted, at deployment.
    event IssuerAdmitted(uint8 indexed issuerId, address source, address account);
    /// @notice An issuer's root was joined.
    event NotesJoined(uint8 indexed issuerId, uint256 issuerRoot, uint256 notesRoot);

    /// @notice Joins an issuer's newest root. Anyone may call it. Where a conflict voided it, the issuer drops out, frozen or
    ///         not, until a root is proven anew.
    function join(uint8 issuerId) external returns (uint256 notesRoot);

    /// @notice The joined root.
    function notesRoot() external view returns (uint256);

    /// @notice Whether notes may be received under this root: the current one, or one replaced within the window and
    ///         since an issuer last dropped out.
    function isNotesRoot(uint256 root) external view returns (bool);

    /// @notice An issuer's root as it is joined, 0 before its first.
    function issuerRoot(uint8 issuerId) external view returns (uint256);
}
