#include "card/simulator/pin_objects.h"

#include <algorithm>

#include "card/key_derivation.h"

namespace eidkern::card
{

static constexpr int allTries = 3;

static std::string sixDigits(const std::string& date) // YYMMDD, fillers for what is unknown
{
    std::string out = date.substr(2);
    std::ranges::replace(out, ' ', '<');
    return out;
}

static Secret mrzOf(const Persona& persona)
{
    if (persona.documentNumber.empty()) return {};
    return mrzKeyMaterial(mrzInformation(persona.documentNumber, sixDigits(persona.dateOfBirth.value()), sixDigits(persona.dateOfExpiry.value())));
}

PinObjects::PinObjects(const Persona& persona)
    : pin_(persona.pin.clone()), can_(persona.can.clone()), puk_(persona.puk.clone()), mrz_(mrzOf(persona)), triesLeft_(persona.pinTriesLeft),
      unblocksLeft_(persona.pukUsesLeft), deactivated_(persona.pinDeactivated)
{
}

const Secret* PinObjects::secret(PasswordId id) const
{
    switch (id)
    {
        case PasswordId::Can: return &can_;
        case PasswordId::Pin: return &pin_;
        case PasswordId::Puk: return &puk_;
        case PasswordId::Mrz: return mrz_.empty() ? nullptr : &mrz_;
    }
    return nullptr;
}

static std::uint16_t warning(int triesLeft) { return std::uint16_t(0x63C0 | triesLeft); }

std::uint16_t PinObjects::status(PasswordId id) const
{
    if (id != PasswordId::Pin) return 0x9000;
    if (deactivated_) return 0x6283;
    return triesLeft_ == allTries ? 0x9000 : warning(triesLeft_);
}

std::uint16_t PinObjects::judge(PasswordId id, bool tokenMatches, bool canBefore)
{
    if (id == PasswordId::Pin) return judgePin(tokenMatches, canBefore);
    return tokenMatches ? 0x9000 : 0x6300; // CAN, MRZ and PUK: nothing counted
}

std::uint16_t PinObjects::judgePin(bool tokenMatches, bool canBefore)
{
    if (deactivated_) return 0x6984;
    if (triesLeft_ == 0) return 0x6983;
    if (triesLeft_ == 1 && !canBefore) return 0x6985; // the last try is never burnt without the CAN
    if (!tokenMatches) return warning(--triesLeft_);
    triesLeft_ = allTries;
    return 0x9000;
}

std::uint16_t PinObjects::unblock()
{
    if (deactivated_) return 0x6283;
    if (unblocksLeft_ == 0) return 0x6982;
    --unblocksLeft_;
    triesLeft_ = allTries;
    return 0x9000;
}

static std::uint16_t change(Secret& password, ByteView sixDigits)
{
    if (sixDigits.empty()) return 0x6A80;
    if (sixDigits.size() != 6) return 0x6984;
    if (!std::ranges::all_of(sixDigits, [](auto c) { return c >= '0' && c <= '9'; })) return 0x6A80;
    password = Secret(sixDigits);
    return 0x9000;
}

std::uint16_t PinObjects::changePin(ByteView newPin) { return deactivated_ ? 0x6283 : change(pin_, newPin); }
std::uint16_t PinObjects::changeCan(ByteView newCan) { return change(can_, newCan); }

} // namespace eidkern::card
