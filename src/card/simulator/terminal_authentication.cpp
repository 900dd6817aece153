#include "card/simulator/terminal_authentication.h"

#include <algorithm>

#include "core/auxiliary_data.h"
#include "core/tlv.h"

namespace eidkern::card
{

static constexpr std::size_t challengeSize = 8, mostImported = 8;

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }

std::vector<std::string> CardTrust::references() const
{
    std::vector<std::string> names;
    for (const auto& point : points) names.push_back(point.chr);
    return names;
}

void CardTerminalAuthentication::reset()
{
    imported_.clear();
    issuer_.reset();
    terminal_.reset();
    challenge_.clear();
}

std::optional<ImportedCertificate> CardTerminalAuthentication::issuerNamed(std::string_view reference) const
{
    for (const auto& each : imported_)
        if (each.certificate.chr == reference) return each;
    for (const auto& point : trust_.points)
        if (point.chr == reference) return ImportedCertificate{point, point.key.curve, point.chat.rights};
    return {};
}

ResponseApdu CardTerminalAuthentication::setVerificationKey(const CommandApdu& command)
{
    const auto objects = allTlv(command.data, 1);
    const auto reference = objects ? single(*objects, 0x83) : std::nullopt;
    if (!reference) return status(0x6A80);
    issuer_ = issuerNamed(asText(*reference));
    return status(issuer_ ? 0x9000 : 0x6A88);
}

ResponseApdu CardTerminalAuthentication::verifyCertificate(const CommandApdu& command, Rights granted)
{
    const auto issuer = std::exchange(issuer_, {});
    if (!issuer || imported_.size() == mostImported) return status(0x6985);
    const auto certificate = parseBodyAndSignature(command.data);
    if (!certificate) return status(0x6A80);
    if (certificate->car != issuer->certificate.chr) return status(0x6A88);
    if (!accepts(*certificate, *issuer)) return status(0x6984);

    ImportedCertificate imported{*certificate, certificate->key.curve ? certificate->key.curve : issuer->curve, issuer->rights & certificate->chat.rights,
                                 issuer->official && certificate->chat.role != Role::DvForeign};
    if (certificate->isTerminal()) imported.rights = imported.rights & granted;
    if (certificate->isCvca()) imported.rights = certificate->chat.rights;
    learnFrom(imported);
    imported_.push_back(std::move(imported));
    return status(0x9000);
}

bool CardTerminalAuthentication::accepts(const CvCertificate& certificate, const ImportedCertificate& issuer) const
{
    const auto& above = issuer.certificate;
    const bool roles = above.isCvca() ? certificate.isCvca() || certificate.isDv() : above.isDv() && certificate.isTerminal();
    const bool link = above.isCvca() && certificate.isCvca();
    const bool dates = certificate.effective <= certificate.expiration && above.validOn(certificate.effective)
                    && (link || certificate.expiration >= trust_.today);
    return roles && dates && certificate.chat.isAuthenticationTerminal() && (!link || certificate.key.standsAlone())
        && isSignedBy(certificate, above.key, issuer.curve);
}

// A link certificate that has not expired is the new trust point, also for later sessions, whichever trust point it leads from;
// the former one stays beside it until it expires. The date moves forward with what can be believed.
void CardTerminalAuthentication::learnFrom(const ImportedCertificate& imported)
{
    const auto& certificate = imported.certificate;
    auto& points = trust_.points;
    if (imported.official) trust_.today = std::max(trust_.today, certificate.effective);
    const bool known = std::ranges::find(points, certificate.chr, &CvCertificate::chr) != points.end();
    if (certificate.isCvca() && !known && certificate.expiration >= trust_.today) points.insert(points.begin(), certificate);
    while (points.size() > 2 || (points.size() == 2 && points.back().expiration < trust_.today)) points.pop_back();
}

ResponseApdu CardTerminalAuthentication::setTerminal(const CommandApdu& command)
{
    terminal_.reset();
    const auto objects = allTlv(command.data, 4);
    const auto protocol = objects ? single(*objects, 0x80) : std::nullopt, holder = objects ? single(*objects, 0x83) : std::nullopt,
               keyHash = objects ? single(*objects, 0x91) : std::nullopt;
    if (!protocol || !holder || !keyHash || keyHash->size() != keyHashSize_) return status(0x6A80);
    const auto* auxiliaryData = find(*objects, 0x67);
    if (auxiliaryData && !parseAuxiliaryData(auxiliaryData->whole)) return status(0x6A80);

    const auto isMeant = [&](const ImportedCertificate& each) { return each.certificate.isTerminal() && each.certificate.chr == asText(*holder); };
    const auto named = std::ranges::find_if(imported_, isMeant);
    if (named == imported_.end() || !same(named->certificate.key.oid, *protocol)) return status(0x6A88);
    terminal_ = *named;
    keyHash_ = toBytes(*keyHash);
    auxiliaryData_ = auxiliaryData ? toBytes(auxiliaryData->whole) : Bytes();
    return status(0x9000);
}

ResponseApdu CardTerminalAuthentication::challenge(const CommandApdu& command)
{
    if (command.le != challengeSize || !command.data.empty()) return status(0x6700);
    challenge_ = random_.bytes(challengeSize);
    return {challenge_, 0x9000};
}

ResponseApdu CardTerminalAuthentication::authenticate(const CommandApdu& command, Session& session)
{
    const auto nonce = std::exchange(challenge_, {});
    const auto terminal = std::exchange(terminal_, {});
    if (nonce.empty() || !terminal) return status(0x6985);
    const auto& key = terminal->certificate.key;
    const auto signedData = concat({session.pace->idPicc, nonce, keyHash_, auxiliaryData_});
    if (!verify(key, terminal->curve, signedData, command.data)) return status(0x6300);
    session.terminal = ProvenTerminal{terminal->rights, keyHash_, auxiliaryData_, terminal->certificate.sectorHashes, key.hash};
    return status(0x9000);
}

} // namespace eidkern::card
