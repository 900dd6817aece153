#include "eidkern/cards.h"

#include "card/simulator/persona_json.h"
#include "engine/personas.h"
#include "engine/simulated_card_state.h"

namespace eidkern
{

tl::expected<TrustAnchor, std::string> TrustAnchor::parse(std::span<const std::uint8_t> cvCertificate, Pki pki)
{
    auto parsed = parseCvc(cvCertificate);
    if (!parsed) return tl::unexpected(std::string("not a CV certificate (7F21) with an RSA key or on a standardised elliptic curve"));
    if (!parsed->isCvca() || !parsed->isSelfSigned() || !parsed->key.standsAlone())
        return tl::unexpected("the CV certificate of " + parsed->chr + " is no root: a self-signed CVCA certificate is needed");
    if (!isSignedBy(*parsed, parsed->key, parsed->key.curve)) return tl::unexpected("the signature of " + parsed->chr + " is wrong");
    return TrustAnchor{std::make_shared<const CvCertificate>(std::move(*parsed)), pki};
}

std::string_view TrustAnchor::holder() const { return certificate->chr; }

tl::expected<SimulatedCard, std::string> SimulatedCard::fromPersona(std::string_view json, const std::vector<TrustAnchor>& trustPoints, std::string readerName)
{
    auto persona = card::parsePersona(json);
    if (!persona) return tl::unexpected(persona.error());
    if (trustPoints.size() > 2) return tl::unexpected(std::string("a card has at most two trust points"));
    auto card = emptyReader(trustPoints, std::move(readerName));
    card.state->put(std::move(*persona));
    return card;
}

SimulatedCard SimulatedCard::emptyReader(const std::vector<TrustAnchor>& trustPoints, std::string readerName)
{
    std::vector<CvCertificate> certificates;
    for (const auto& each : trustPoints)
        if (certificates.size() < 2) certificates.push_back(*each.certificate);
    return SimulatedCard{std::make_shared<SimulatedCardState>(std::move(readerName), std::move(certificates))};
}

tl::expected<std::size_t, std::string> SimulatedCard::put(std::string_view json, const CardContent& content)
{
    auto persona = json.empty() ? tl::expected<card::Persona, std::string>(card::nobody()) : card::parsePersona(json);
    if (!persona) return tl::unexpected(persona.error());
    card::GivenContent given;
    std::size_t leftOut = 0;
    for (const auto& each : content.files) leftOut += !given.addFile(each.id, each.shortId, each.content);
    for (const auto& each : content.keys) leftOut += !given.addKey(each.id, each.pkcs8.view());
    card::give(*persona, std::move(given));
    state->put(std::move(*persona));
    return leftOut;
}

std::vector<std::string> SimulatedCard::builtInPersonas()
{
    std::vector<std::string> names;
    for (const auto& each : eidkern::builtInPersonas()) names.emplace_back(each.name);
    return names;
}

std::string_view SimulatedCard::builtInPersona(std::string_view name)
{
    for (const auto& each : eidkern::builtInPersonas())
        if (each.name == name) return each.json;
    return {};
}

std::string_view SimulatedCard::pin() const
{
    const auto* made = state->reader.made();
    return made ? made->pin().text() : state->persona.pin.text();
}
std::string_view SimulatedCard::can() const { return state->persona.can.text(); }
std::string_view SimulatedCard::puk() const { return state->persona.puk.text(); }
void SimulatedCard::insert() { state->reader.insert(); }
void SimulatedCard::remove() { state->reader.remove(); }
bool SimulatedCard::isInserted() const { return state->reader.hasCard(); }

} // namespace eidkern
