#include "card/simulator/given_content.h"

#include <openssl/core_names.h>
#include <openssl/x509.h>

#include "card/instructions.h"
#include "card/simulator/card_files.h"
#include "card/simulator/restricted_identification.h"
#include "core/openssl.h"

namespace eidkern::card
{

using namespace ossl;

static constexpr std::size_t mostContent = 0x8000;

bool GivenContent::addFile(ByteView id, ByteView shortId, Bytes content)
{
    if (id.size() != 2 || shortId.size() != 1 || content.empty() || content.size() > mostContent) return false;
    const int number = id[0] << 8 | id[1], shortNumber = shortId[0];
    const bool inMasterFile = (number == 0x2F00 && shortNumber == file::dir) || (number == 0x011C && shortNumber == file::cardAccess)
                           || (number == 0x011D && shortNumber == file::cardSecurity);
    const bool dataGroup = number == (0x0100 | shortNumber) && shortNumber >= 1 && shortNumber <= 22;
    if (inMasterFile) masterFile[shortNumber] = std::move(content);
    else if (dataGroup) dataGroups[shortNumber] = std::move(content);
    return inMasterFile || dataGroup;
}

static std::optional<Curve> curveOf(const EVP_PKEY* key)
{
    char name[64] = {};
    if (EVP_PKEY_get_group_name(key, name, sizeof name, nullptr) != 1) return {};
    for (int id = 8; id <= 18; ++id)
        if (const auto curve = Curve::standard(id); curve && EC_GROUP_get_curve_name(curve->group()) == OBJ_txt2nid(name)) return curve;
    return {};
}

static std::optional<EcKey> keyIn(ByteView pkcs8)
{
    const QuietErrors quiet;
    if (pkcs8.size() > mostContent) return {};
    const auto* at = pkcs8.data();
    const Owner<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, long(pkcs8.size())));
    const Pkey key(info && at == pkcs8.data() + pkcs8.size() ? EVP_PKCS82PKEY(info.get()) : nullptr);
    const auto curve = key ? curveOf(key.get()) : std::nullopt;
    BIGNUM* number = nullptr;
    if (!curve || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) return {};
    const Bignum scalar(number);
    auto bytes = Secret::ofSize(curve->orderSize());
    if (BN_bn2binpad(scalar.get(), bytes.data(), int(bytes.size())) < 0) return {};
    return keyOf(*curve, bytes);
}

bool GivenContent::addKey(int id, ByteView pkcs8)
{
    auto* place = id == revocationKeyId ? &revocationKey : id == pseudonymKeyId ? &pseudonymKey : id == chipAuthenticationKeyId ? &chipKey : nullptr;
    if (!place) return false;
    auto key = keyIn(pkcs8);
    const bool usable = key.has_value();
    if (usable) *place = std::move(key);
    return usable;
}

} // namespace eidkern::card
