// What a card forgets when its power goes, when secure messaging fails or when a plain command comes: everything that one
// PACE and the terminal authentication after it have proven.
#pragma once
#include <optional>
#include <vector>

#include "card/secure_messaging.h"
#include "core/card_values.h"

namespace eidkern::card
{

struct ImportedCertificate // accepted in this session, with what its chain leaves of the rights
{
    CvCertificate certificate;
    std::optional<Curve> curve; // its own or inherited; none with an RSA key
    Rights rights;
    bool official = true; // no foreign document verifier above it
};

struct ProvenTerminal
{
    Rights rights;         // trust point AND DV AND terminal AND PACE
    Bytes keyHash;         // x coordinate of its ephemeral key, as announced
    Bytes auxiliaryData;   // 67, or empty
    std::vector<Bytes> sectorHashes = {}; // of its certificate, by `hash`
    HashAlgorithm hash = HashAlgorithm::Sha256;
};

struct PaceProof
{
    PasswordId password;
    std::optional<Chat> chat;
    Bytes idPicc;
};

struct Session
{
    std::optional<SecureMessaging> secureMessaging;
    std::optional<SecureMessaging> next; // of the PACE or chip authentication just done; valid from the next command on
    std::optional<PaceProof> pace;
    std::optional<ProvenTerminal> terminal;
    bool chipAuthenticated = false;

    bool mayManagePin() const { return terminal && chipAuthenticated && terminal->rights.has(Right::PinManagement); } // of a citizens' office

    bool eidUnlocked() const // PIN, or the CAN for a terminal that may do without the PIN
    {
        const bool withCan = pace && pace->password == PasswordId::Can && terminal && terminal->rights.has(Right::CanAllowed);
        return terminal && chipAuthenticated && (withCan || pace->password == PasswordId::Pin);
    }
};

} // namespace eidkern::card
