// libFuzzer: any bytes as TLV, CV certificate, CHAT, CertificateDescription, auxiliary data, SecurityInfos and APDU. What is
// read can be written, reads again and is the same.
#include <cstdint>
#include <cstdlib>

#include "card/apdu.h"
#include "card/security_infos.h"
#include "core/auxiliary_data.h"
#include "core/certificate_description.h"
#include "core/cvc.h"
#include "core/tlv.h"

using namespace eidkern;

static void must(bool held)
{
    if (!held) std::abort();
}

static void elements(ByteView input, int depth)
{
    const auto all = depth > 0 ? allTlv(input) : std::nullopt;
    if (!all) return;
    must(all->size() <= 256);
    std::size_t size = 0;
    for (const auto& each : *all)
    {
        must(same(tlv(each.tag, each.value), each.whole) && find(*all, each.tag));
        size += each.whole.size();
        elements(each.value, depth - 1);
    }
    must(size == input.size());
}

static void certificate(ByteView input)
{
    const auto c = parseCvc(input);
    if (!c) return;
    must(same(c->whole, input) && !c->chr.empty() && c->effective.month >= 1 && c->expiration.day >= 1);
    const auto again = parseBodyAndSignature(bodyAndSignature(*c));
    must(again && again->whole == c->whole && again->body == c->body && again->signature == c->signature && again->car == c->car && again->chr == c->chr);
    must(again->key.point == c->key.point && again->chat.rights == c->chat.rights && again->descriptionHash == c->descriptionHash);
    const auto chain = chainToAnchor(*c, {*c}, {*c}), toCard = chainForCard(*c, {*c}, c->car);
    must((!chain || chain->size() == 2) && toCard && toCard->size() == 1);
}

static void chat(ByteView input)
{
    const auto c = parseChat(input);
    if (c && c->isAuthenticationTerminal()) must(same(encode(*c), input));
    if (c && !c->isAuthenticationTerminal()) must(c->rights.empty());
}

template<typename Parse>
static void again(ByteView input, Parse parse)
{
    const auto first = parse(input);
    if (!first) return;
    const auto written = encode(*first);
    const auto second = parse(written);
    must(second && encode(*second) == written);
}

static void securityInfos(const std::optional<card::SecurityInfos>& infos)
{
    if (!infos) return;
    for (const auto& each : infos->pace) must(each.keySize >= 16 && each.keySize <= 32 && Curve::standard(each.parameterId));
    for (const auto& each : infos->chipAuthentication) must(each.keySize >= 16 && each.keySize <= 32);
    for (const auto& each : infos->chipAuthenticationKeys) must(Curve::standard(each.parameterId)->hasPoint(each.point));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input(data, size);
    elements(input, 8);
    certificate(input);
    chat(input);
    again(input, parseCertificateDescription);
    again(input, parseAuxiliaryData);
    again(input, card::parseCommand);
    if (const auto response = card::parseResponse(input)) must(same(encode(*response), input));
    securityInfos(card::parseSecurityInfos(input));
    securityInfos(card::parseCardSecurity(input));
    return 0;
}
