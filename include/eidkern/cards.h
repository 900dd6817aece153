// Trust anchors, and the simulated card: a German eID card in software with real cryptography and a real retry counter.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace eidkern
{

struct CvCertificate;
struct SimulatedCardState;

enum class Pki { Test, Production }; // services for test cards, or for those of real people

// A self-signed CVCA certificate that an engine, or a simulated card, takes as the root of service certificates.
class TrustAnchor
{
public:
    static tl::expected<TrustAnchor, std::string> parse(std::span<const std::uint8_t> cvCertificate, Pki pki = Pki::Test); // 7F21; else what is wrong
    std::string_view holder() const; // its CHR

    std::shared_ptr<const CvCertificate> certificate; // opaque
    Pki pki = Pki::Test;                              // counts in developer mode, see EngineSettings
};

// Values of this type share one card: its retry counter survives logins and engines.
class SimulatedCard
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

    void insert(); // a new card lies on its reader; after remove(), the same one again
    void remove();

    std::shared_ptr<SimulatedCardState> state; // opaque
};

} // namespace eidkern
