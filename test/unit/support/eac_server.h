// What an eID server does with a card, for tests: it signs the terminal authentication, checks the chip authentication and
// then speaks to the card through secure messaging of its own.
#pragma once
#include <optional>

#include "card/instructions.h"
#include "card/key_derivation.h"
#include "card/secure_messaging.h"
#include "card/security_infos.h"
#include "core/oid.h"
#include "support/eac_chain.h"

namespace eidkern::test
{

class EacServer
{
public:
    EacServer(EacChain chain, Random& random, Bytes auxiliaryData = {}, int parameterId = 13)
        : chain_(std::move(chain)), ephemeral_(generateKey(*Curve::standard(parameterId), random)), auxiliaryData_(std::move(auxiliaryData))
    {
    }

    const EacChain& chain() const { return chain_; }

    EacInput input(ByteView idPicc, ByteView challenge) const
    {
        const auto message = concat({idPicc, challenge, xCoordinate(ephemeral_.point), auxiliaryData_});
        return {chain_.forCard(), auxiliaryData_, ephemeral_.point, sign(chain_.terminalKey, HashAlgorithm::Sha256, message)};
    }

    // Secure messaging with the card's chip; nothing if the token is wrong. The CMS signature is not verified here.
    std::optional<card::SecureMessaging> accept(const EacOutput& output) const
    {
        const auto infos = card::parseCardSecurity(output.efCardSecurity);
        if (!infos || infos->chipAuthentication.empty() || infos->chipAuthenticationKeys.empty()) return {};
        const auto& info = infos->chipAuthentication.front();
        const auto shared = agree(ephemeral_, infos->chipAuthenticationKeys.front().point);
        if (!shared) return {};
        auto keys = card::deriveSessionKeys(*shared, info.keySize, output.nonce);
        if (!same(card::authenticationToken(keys.mac, info.oid, ephemeral_.point), output.authenticationToken)) return {};
        return card::SecureMessaging(std::move(keys));
    }

private:
    EacChain chain_;
    EcKey ephemeral_;
    Bytes auxiliaryData_;
};

} // namespace eidkern::test
