// Terminal authentication version 2 and chip authentication version 2 from the terminal's side (TR-03110-3 B.3, B.2). The
// signature and the ephemeral key are the server's; it also checks the card's token and takes over secure messaging.
#include "card/eid_card.h"
#include "card/faults.h"
#include "card/instructions.h"

namespace eidkern::card
{

Task<CardResult<EacOutput>> EidCard::authenticate(EacInput input)
{
    const auto& point = input.ephemeralPublicKey;
    if (input.chain.empty() || point.size() < 3 || point.size() % 2 == 0 || point[0] != 0x04) co_return fault(CardFault::Protocol);

    const auto terminal = co_await terminalAuthentication(input);
    if (!terminal) co_return fault(terminal.error());
    EacOutput output;
    const auto chip = co_await chipAuthentication(input, output);
    if (!chip) co_return fault(chip.error());
    session_.reset();
    co_return output;
}

Task<CardResult<Done>> EidCard::terminalAuthentication(const EacInput& input)
{
    for (const auto& certificate : input.chain)
    {
        const auto selected = co_await command(setVerificationKey(asBytes(certificate.car)));
        if (!selected) co_return fault(selected.error());
        const auto verified = co_await command(verifyCertificate(bodyAndSignature(certificate)));
        if (!verified) co_return fault(verified.error());
    }
    const auto& terminal = input.chain.back();
    const auto prepared = co_await command(setTerminalAuthentication(
        concat({tlv(0x80, terminal.key.oid), tlv(0x83, asBytes(terminal.chr)), input.auxiliaryData, tlv(0x91, xCoordinate(input.ephemeralPublicKey))})));
    if (!prepared) co_return fault(prepared.error());
    const auto authenticated = co_await command(externalAuthenticate(input.signature));
    if (!authenticated) co_return fault(authenticated.error());
    co_return Done{};
}

Task<CardResult<Done>> EidCard::chipAuthentication(const EacInput& input, EacOutput& output)
{
    auto efCardSecurity = co_await readObject(file::cardSecurity);
    if (!efCardSecurity) co_return fault(efCardSecurity.error());
    output.efCardSecurity = std::move(*efCardSecurity);
    const auto infos = parseCardSecurity(output.efCardSecurity);
    if (!infos || infos->chipAuthentication.empty()) co_return fault(CardFault::Protocol);

    const auto& info = infos->chipAuthentication.front();
    const auto keyReference = info.keyId ? tlv(0x84, *info.keyId) : Bytes();
    const auto prepared = co_await command(setChipAuthentication(concat({tlv(0x80, info.oid), keyReference})));
    if (!prepared) co_return fault(prepared.error());

    const auto answer = co_await command(generalAuthenticate(true, tlv(0x80, input.ephemeralPublicKey)));
    if (!answer) co_return fault(answer.error());
    const auto outer = singleTlv(*answer);
    const auto objects = outer && *outer == 0x7C ? allTlv(outer->value, 2) : std::nullopt;
    const auto nonce = objects ? single(*objects, 0x81) : std::nullopt, token = objects ? single(*objects, 0x82) : std::nullopt;
    if (!nonce || nonce->size() != 8 || !token || token->size() != 8) co_return fault(CardFault::Protocol);
    output.nonce = toBytes(*nonce);
    output.authenticationToken = toBytes(*token);
    co_return Done{};
}

} // namespace eidkern::card
