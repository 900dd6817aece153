// Trust anchors, and the simulated card: a German eID card in software with real cryptography and a real retry counter.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "eidkern/export.h"
#include "eidkern/secret.h"

namespace eidkern
{

struct CvCertificate;
struct SimulatedCardState;

enum class Pki { Test, Production }; // services for test cards, or for those of real people

// A self-signed CVCA certificate that an engine, or a simulated card, takes as the root of service certificates.
class EIDKERN_API TrustAnchor
{
public:
    static tl::expected<TrustAnchor, std::string> parse(std::span<const std::uint8_t> cvCertificate, Pki pki = Pki::Test); // 7F21; else what is wrong
    std::string_view holder() const; // its CHR

    std::shared_ptr<const CvCertificate> certificate; // opaque
    Pki pki = Pki::Test;                              // counts in developer mode, see EngineSettings
};

// What is on a card, as bytes. EF.DIR, EF.CardAccess, EF.CardSecurity and keys are on every card, also where they are not named.
struct CardContent
{
    struct File
    {
        std::vector<std::uint8_t> id, shortId, content; // 2F00/1E, 011C/1C, 011D/1D; data group NN in hex: 01NN/NN
    };
    struct Key
    {
        int id; // 1 and 2: restricted identification; 41: chip authentication
        Secret pkcs8;
    };
    std::vector<File> files;
    std::vector<Key> keys;
};

// Values of this type share one card: its retry counter survives logins and engines. Like an engine, it lives on the thread that made it.
class EIDKERN_API SimulatedCard
{
public:
    // `persona`: JSON as in resources/personas. `trustPoints`: at most two; without any it accepts no service, and its PIN can still be
    // used. Else: what is wrong with it, and where.
    static tl::expected<SimulatedCard, std::string> fromPersona(std::string_view persona, const std::vector<TrustAnchor>& trustPoints,
                                                                std::string readerName = "Simulator");
    static std::vector<std::string> builtInPersonas();
    static std::string_view builtInPersona(std::string_view name); // its JSON; empty if there is none of this name

    std::string_view pin() const; // the right one, for unattended logins; until it is changed
    std::string_view can() const;
    std::string_view puk() const;

    // An empty reader: a card comes with put(), any number of times, and each is another one. The first two of `trustPoints` count.
    static SimulatedCard emptyReader(const std::vector<TrustAnchor>& trustPoints, std::string readerName = "Simulator");
    // `persona` may be empty: nobody, and PIN 123456, CAN 500540, PUK 9876543210. What `content` names replaces what the persona has.
    // How many of its files and keys no card has: they are left out. Else what is wrong with the persona, and nothing happens.
    tl::expected<std::size_t, std::string> put(std::string_view persona, const CardContent& content = {});

    void insert(); // a new card lies on its reader; after remove(), the same one again
    void remove();
    bool isInserted() const;

    std::shared_ptr<SimulatedCardState> state; // opaque
};

} // namespace eidkern
