// PACE from the terminal's side (TR-03110-3 B.11.1): MSE:Set AT and four times GENERAL AUTHENTICATE.
#include "card/eid_card.h"
#include "card/faults.h"
#include "card/instructions.h"

namespace eidkern::card
{

static CommandApdu selectPassword(const PaceInfo& info, const PaceInput& input)
{
    const std::uint8_t password[] = {std::uint8_t(input.password)}, parameters[] = {std::uint8_t(info.parameterId)};
    const auto chat = input.chat ? encode(*input.chat) : Bytes();
    return setPace(concat({tlv(0x80, info.oid), tlv(0x83, password), tlv(0x84, parameters), chat}));
}

// The value of the first object inside 7C if it has this tag, and what follows it.
static std::optional<std::vector<Tlv>> dynamicData(ByteView answer, std::uint32_t firstTag)
{
    const auto outer = singleTlv(answer);
    if (!outer || *outer != 0x7C) return {};
    auto objects = allTlv(outer->value, 3);
    if (!objects || objects->empty() || objects->front() != firstTag) return {};
    return objects;
}

static std::optional<Bytes> onlyObject(ByteView answer, std::uint32_t tag)
{
    const auto objects = dynamicData(answer, tag);
    return objects && objects->size() == 1 ? std::optional(toBytes(objects->front().value)) : std::nullopt;
}

// 86 token, then the trust points 87 (current) and 88 (previous).
static std::optional<Bytes> readTokenAnswer(ByteView answer, PaceOutput& output)
{
    const auto objects = dynamicData(answer, 0x86);
    if (!objects) return {};
    for (std::size_t i = 1; i < objects->size(); ++i)
    {
        const auto& object = (*objects)[i];
        auto& car = object == 0x87 ? output.car : output.carPrevious;
        auto read = parseCar(object.value);
        if ((object != 0x87 && object != 0x88) || !read || !car.empty()) return {};
        car = std::move(*read);
    }
    return toBytes(objects->front().value);
}

Task<CardResult<PaceOutput>> EidCard::establish(PaceInput input)
{
    const auto& info = *paceInfo_;
    PaceOutput output{.efCardAccess = about_.efCardAccess, .idPicc = {}, .car = {}, .carPrevious = {}};
    const auto selected = co_await send(selectPassword(info, input));
    if (!selected) co_return fault(selected.error());
    if (selected->sw == 0x6283 && input.password == PasswordId::Pin) about_.pin = {0, true};
    if (!selected->ok() && selected->sw >> 8 != 0x63) co_return fault(faultOf(selected->sw));

    const auto first = co_await command(generalAuthenticate(false, {}));
    if (!first) co_return fault(first.error());
    const auto encryptedNonce = onlyObject(*first, 0x80);
    if (!encryptedNonce || encryptedNonce->size() != paceNonceSize(info.keySize)) co_return fault(CardFault::Protocol);
    const auto nonce = decryptNonce(derivePasswordKey(input.secret, info.keySize), *encryptedNonce);
    input.secret.wipe();

    const auto mappingKey = generateKey(*Curve::standard(info.parameterId), random_);
    const auto second = co_await command(generalAuthenticate(false, tlv(0x81, mappingKey.point)));
    if (!second) co_return fault(second.error());
    const auto cardMappingPoint = onlyObject(*second, 0x82);
    const auto mapped = cardMappingPoint ? mapCurve(mappingKey, *cardMappingPoint, nonce) : std::nullopt;
    if (!mapped) co_return fault(CardFault::Protocol);

    const auto ephemeralKey = generateKey(*mapped, random_);
    const auto third = co_await command(generalAuthenticate(false, tlv(0x83, ephemeralKey.point)));
    if (!third) co_return fault(third.error());
    const auto cardPoint = onlyObject(*third, 0x84);
    auto keys = cardPoint ? agreePaceKeys(info, ephemeralKey, *cardPoint) : std::nullopt;
    if (!keys) co_return fault(CardFault::Protocol);

    const auto fourth = co_await send(generalAuthenticate(true, tlv(0x85, keys->ownToken)));
    if (!fourth) co_return fault(fourth.error());
    if (isWrongPassword(fourth->sw, input.password)) co_return fault(CardFault::WrongPassword);
    if (!fourth->ok()) co_return fault(faultOf(fourth->sw));
    const auto token = readTokenAnswer(fourth->data, output);
    if (!token || !equalInConstantTime(*token, keys->expectedToken)) co_return fault(CardFault::Protocol);
    output.idPicc = xCoordinate(*cardPoint);
    session_.emplace(std::move(keys->session));
    co_return output;
}

} // namespace eidkern::card
