#include "card/eid_card.h"

#include <algorithm>

#include <openssl/crypto.h>

#include "card/faults.h"
#include "card/instructions.h"

namespace eidkern::card
{

static constexpr std::size_t mostBytes = 0x8000, mostReads = 256;

EidCard::EidCard(std::unique_ptr<Channel> channel, Random& random, Log& log) : channel_(std::move(channel)), random_(random), log_(log)
{
    about_.reader = channel_->reader();
    about_.passwordAtReader = channel_->pad() != nullptr;
}

static bool namesEidApplication(ByteView efDir)
{
    while (const auto entry = takeTlv(efDir))
    {
        const auto objects = allTlv(entry->value);
        const auto aid = objects ? find(*objects, 0x4F) : nullptr;
        if (*entry == 0x61 && aid && same(aid->value, eidApplication)) return true;
    }
    return false;
}

Task<CardResult<Done>> EidCard::recognise()
{
    const auto masterFile = co_await command(selectMasterFile());
    if (!masterFile) co_return fault(masterFile.error());

    const auto efDir = co_await readFile(file::dir, namesEidApplication);
    if (!efDir) co_return fault(efDir.error());

    auto efCardAccess = co_await readObject(file::cardAccess);
    if (!efCardAccess) co_return fault(efCardAccess.error());
    const auto infos = parseSecurityInfos(*efCardAccess);
    if (!infos || infos->pace.empty()) co_return fault(CardFault::Protocol);

    about_.efCardAccess = std::move(*efCardAccess);
    paceInfo_ = infos->pace.front();
    about_.type = infos->eidType;
    co_return co_await refreshPinState();
}

// What MSE:Set AT answers for the PIN; also with a warning the command has been executed.
static std::optional<PinState> pinStateOf(std::uint16_t sw)
{
    if (sw == 0x9000) return PinState{3, false};
    if (sw >= 0x63C0 && sw <= 0x63C2) return PinState{sw & 0xF, false};
    if (sw == 0x6283) return PinState{0, true};
    return {};
}

Task<CardResult<Done>> EidCard::refreshPinState()
{
    if (std::exchange(securedByReader_, false))
    {
        const auto ended = co_await channel_->pad()->endPace();
        if (!ended) co_return fault(ended.error());
    }
    if (std::exchange(session_, {}))
    {
        const auto ended = co_await exchange(encode(setPace({}))); // whatever the answer: the card's session is over
        if (!ended) co_return fault(ended.error());
    }
    const std::uint8_t pin[] = {std::uint8_t(PasswordId::Pin)}, parameters[] = {std::uint8_t(paceInfo_->parameterId)};
    const auto answer = co_await send(setPace(concat({tlv(0x80, paceInfo_->oid), tlv(0x83, pin), tlv(0x84, parameters)})));
    if (!answer) co_return fault(answer.error());
    const auto state = pinStateOf(answer->sw);
    if (!state) co_return fault(CardFault::CommandFailed);
    about_.pin = *state;
    co_return Done{};
}

Task<CardResult<PaceOutput>> EidCard::pace(PaceInput input)
{
    if (!paceInfo_) co_return fault(CardFault::Protocol);
    channel_->claim();
    const auto password = input.password;
    auto attempt = about_.passwordAtReader ? establishAtReader(std::move(input)) : establish(std::move(input));
    auto output = co_await std::move(attempt);
    if (!output)
    {
        if (output.error() != CardFault::WrongPassword) co_return fault(output.error());
        const auto refreshed = co_await refreshPinState();
        if (!refreshed) co_return fault(refreshed.error());
        co_return fault(CardFault::WrongPassword);
    }
    if (password == PasswordId::Pin) about_.pin.triesLeft = 3;
    co_return output;
}

Task<CardResult<PaceOutput>> EidCard::establishAtReader(PaceInput input)
{
    const bool login = input.chat.has_value();
    auto entering = channel_->pad()->establishPace(std::move(input));
    auto output = co_await std::move(entering);
    if (!output) co_return output;
    securedByReader_ = true;
    ByteView efCardAccess = output->efCardAccess; // perhaps with the filling behind it
    const auto whole = takeTlv(efCardAccess);
    if (login && (!whole || !same(whole->whole, about_.efCardAccess))) co_return fault(CardFault::Protocol); // of another card
    output->efCardAccess = about_.efCardAccess;
    co_return output;
}

Task<CardResult<Done>> EidCard::unblockPin()
{
    const auto answer = co_await send(unblock(std::uint8_t(PasswordId::Pin)));
    if (!answer) co_return fault(answer.error());
    if (answer->sw == 0x6982 || answer->sw == 0x6900) co_return fault(CardFault::PukUsedUp);
    if (!answer->ok()) co_return fault(faultOf(answer->sw));
    about_.pin.triesLeft = 3;
    co_return Done{};
}

Task<CardResult<Done>> EidCard::changePin(Secret newPin)
{
    if (about_.passwordAtReader) co_return co_await channel_->pad()->changePin();
    const auto answer = co_await send(card::changePin(std::uint8_t(PasswordId::Pin), newPin.view()));
    if (!answer) co_return fault(answer.error());
    if (!answer->ok()) co_return fault(CardFault::Protocol);
    co_return Done{};
}

Task<CardResult<Bytes>> EidCard::challenge()
{
    auto nonce = co_await command(getChallenge());
    if (nonce && nonce->size() != 8) co_return fault(CardFault::Protocol);
    co_return nonce;
}

Task<CardResult<Bytes>> EidCard::transmit(Bytes apdu)
{
    session_.reset();
    securedByReader_ = false;
    if (apdu.size() < 4) co_return fault(CardFault::Protocol);
    auto answer = co_await exchange(std::move(apdu));
    if (answer && answer->size() < 2) co_return fault(CardFault::CommandFailed);
    co_return answer;
}

static bool holdsOneObject(ByteView content) { return takeTlv(content).has_value(); }

Task<CardResult<Bytes>> EidCard::readObject(std::uint8_t shortId)
{
    auto content = co_await readFile(shortId, holdsOneObject);
    if (!content) co_return fault(content.error());
    ByteView rest = *content;
    co_return toBytes(takeTlv(rest)->whole);
}

Task<CardResult<Bytes>> EidCard::readFile(std::uint8_t shortId, Complete complete)
{
    Bytes content;
    for (std::size_t reads = 0; reads < mostReads && content.size() < mostBytes; ++reads)
    {
        const auto le = extendedLength_ ? CommandApdu::allExtended : CommandApdu::all;
        const auto part = co_await send(content.empty() ? readFromStart(shortId, le) : readFrom(content.size(), le));
        if (!part) co_return fault(part.error());
        if (part->sw == 0x6700 && std::exchange(extendedLength_, false)) continue; // nothing is lost by that before PACE
        const bool atEnd = part->sw == 0x6282 || part->sw == 0x6B00 || (part->ok() && part->data.empty());
        if (!part->ok() && !atEnd) co_return fault(faultOf(part->sw));
        content.insert(content.end(), part->data.begin(), part->data.end());
        if (complete(content)) co_return content;
        if (atEnd) break;
    }
    co_return fault(CardFault::Protocol);
}

Task<CardResult<Bytes>> EidCard::command(CommandApdu command)
{
    auto answer = co_await send(std::move(command));
    if (!answer) co_return fault(answer.error());
    if (!answer->ok()) co_return fault(faultOf(answer->sw));
    co_return std::move(answer->data);
}

Task<CardResult<ResponseApdu>> EidCard::send(CommandApdu command)
{
    static constexpr std::size_t mostData = 0xFF00; // leaves room for what secure messaging adds
    if (command.data.size() > mostData) co_return fault(CardFault::WrongLength);
    const std::size_t most = extendedLength_ ? mostData : session_ || securedByReader_ ? SecureMessaging::mostShort : CommandApdu::mostShort;
    while (command.data.size() > most) // command chaining, ISO 7816-4 5.3.3; each part has secure messaging of its own
    {
        const auto cut = command.data.begin() + std::ptrdiff_t(most);
        CommandApdu part{
            .cla = std::uint8_t(command.cla | chaining), .ins = command.ins, .p1 = command.p1, .p2 = command.p2, .data = {command.data.begin(), cut}};
        auto answer = co_await sendWhole(std::move(part));
        if (!answer || !answer->ok()) co_return answer;
        command.data.erase(command.data.begin(), cut);
    }
    co_return co_await sendWhole(std::move(command));
}

Task<CardResult<ResponseApdu>> EidCard::sendWhole(CommandApdu command)
{
    if (session_)
    {
        auto clear = std::exchange(command, session_->protect(command));
        OPENSSL_cleanse(clear.data.data(), clear.data.size()); // perhaps a new PIN
    }
    const auto answer = co_await exchange(encode(command));
    if (!answer) co_return fault(answer.error());
    auto response = parseResponse(*answer);
    if (!response) co_return fault(CardFault::CommandFailed);
    if (!session_) co_return std::move(*response);

    auto opened = session_->open(*response);
    if (opened) co_return std::move(*opened);
    session_.reset();
    co_return fault(response->sw == 0x6700 ? CardFault::WrongLength : CardFault::CommandFailed); // 6700 may come from the reader
}

static std::string hexWord(std::uint8_t high, std::uint8_t low)
{
    const std::uint8_t word[] = {high, low};
    return toHex(word);
}

Task<CardResult<Bytes>> EidCard::exchange(Bytes apdu)
{
    const auto ins = toHex(ByteView(apdu).subspan(1, 1)), parameters = hexWord(apdu[2], apdu[3]);
    const auto length = apdu.size();
    auto answer = co_await channel_->transmit(std::move(apdu));
    std::string sw = "none";
    if (answer && answer->size() >= 2) sw = hexWord(answer->end()[-2], answer->end()[-1]);
    log_.write("card.apdu", {{"ins", ins}, {"p1p2", parameters}, {"length", length}, {"sw", sw}, {"answer", answer ? answer->size() : 0}});
    co_return answer;
}

} // namespace eidkern::card
