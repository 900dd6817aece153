#include "card/simulator/card_pace.h"

#include <array>

#include "card/instructions.h"

namespace eidkern::card
{

static ResponseApdu status(std::uint16_t sw) { return {{}, sw}; }
static ResponseApdu dynamicData(ByteView objects) { return {tlv(0x7C, objects), 0x9000}; }

ResponseApdu CardPace::setPassword(const CommandApdu& command)
{
    step_ = 0;
    if (command.data.empty()) return status(0x6700);
    const auto objects = allTlv(command.data, 4);
    const auto protocol = objects ? single(*objects, 0x80) : std::nullopt, password = objects ? single(*objects, 0x83) : std::nullopt;
    if (!protocol || !password || password->size() != 1) return status(0x6A80);
    const auto* parameters = find(*objects, 0x84);
    if (!same(*protocol, info_.oid) || (parameters && !same(parameters->value, Bytes{std::uint8_t(info_.parameterId)}))) return status(0x6A88);

    const int id = (*password)[0];
    if (id < int(PasswordId::Mrz) || id > int(PasswordId::Puk) || !passwords_.secret(PasswordId(id))) return status(0x6A88);
    chat_.reset();
    if (const auto* chat = find(*objects, 0x7F4C))
    {
        chat_ = parseChat(chat->whole);
        if (!chat_ || !chat_->isAuthenticationTerminal() || chat_->role != Role::Terminal) return status(0x6A80);
    }
    password_ = PasswordId(id);
    step_ = 1;
    return status(passwords_.status(password_));
}

ResponseApdu CardPace::step(const CommandApdu& command, const std::vector<std::string>& trustPoints, Session& session)
{
    const int now = std::exchange(step_, 0); // whatever goes wrong: PACE starts again
    const bool last = now == 4, chained = command.cla & chaining;
    if (last == chained) return status(0x6883);
    const auto outer = singleTlv(command.data);
    const auto objects = outer && *outer == 0x7C ? allTlv(outer->value, 1) : std::nullopt;
    if (!objects) return status(0x6A80);
    if (now == 1) return objects->empty() ? sendNonce() : status(0x6A80);

    static constexpr std::array<std::uint32_t, 3> tags{0x81, 0x83, 0x85};
    if (objects->empty() || objects->front() != tags[std::size_t(now - 2)]) return status(0x6A80);
    const auto value = objects->front().value;
    return now == 2 ? map(value) : now == 3 ? agreeOn(value) : finish(value, trustPoints, session);
}

ResponseApdu CardPace::sendNonce()
{
    nonce_ = Secret::ofSize(paceNonceSize(info_.keySize));
    random_.fill({nonce_.data(), nonce_.size()});
    const auto encrypted = encryptNonce(derivePasswordKey(*passwords_.secret(password_), info_.keySize), nonce_);
    step_ = 2;
    return dynamicData(tlv(0x80, encrypted));
}

ResponseApdu CardPace::map(ByteView terminalPoint)
{
    const auto key = generateKey(*Curve::standard(info_.parameterId), random_);
    mapped_ = mapCurve(key, terminalPoint, nonce_);
    if (!mapped_) return status(0x6A80);
    step_ = 3;
    return dynamicData(tlv(0x82, key.point));
}

ResponseApdu CardPace::agreeOn(ByteView terminalPoint)
{
    const auto key = generateKey(*mapped_, random_);
    keys_ = agreePaceKeys(info_, key, terminalPoint);
    if (!keys_) return status(0x6A80);
    ephemeralPoint_ = key.point;
    step_ = 4;
    return dynamicData(tlv(0x84, key.point));
}

ResponseApdu CardPace::finish(ByteView terminalToken, const std::vector<std::string>& trustPoints, Session& session)
{
    const bool canBefore = session.pace && session.pace->password == PasswordId::Can;
    const auto sw = passwords_.judge(password_, equalInConstantTime(terminalToken, keys_->expectedToken), canBefore);
    if (sw != 0x9000) return status(sw);

    auto objects = tlv(0x86, keys_->ownToken);
    for (std::size_t i = 0; chat_ && i < trustPoints.size() && i < 2; ++i) objects = concat({objects, tlv(std::uint32_t(0x87 + i), asBytes(trustPoints[i]))});
    session.next.emplace(std::move(keys_->session));
    session.pace = PaceProof{password_, chat_, xCoordinate(ephemeralPoint_)};
    session.terminal.reset();
    session.chipAuthenticated = false;
    return dynamicData(objects);
}

} // namespace eidkern::card
