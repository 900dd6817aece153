#include "core/ec.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>

#include "core/openssl.h"

namespace eidkern
{

using ossl::must;
using namespace ossl;

namespace
{

struct StandardCurve
{
    int parameterId, nid;
    std::size_t fieldSize; // bytes
};

// clang-format off
constexpr std::array<StandardCurve, 11> standardCurves{{
    {8, NID_X9_62_prime192v1, 24}, {9, NID_brainpoolP192r1, 24}, {10, NID_secp224r1, 28}, {11, NID_brainpoolP224r1, 28}, {12, NID_X9_62_prime256v1, 32},
    {13, NID_brainpoolP256r1, 32}, {14, NID_brainpoolP320r1, 40}, {15, NID_secp384r1, 48}, {16, NID_brainpoolP384r1, 48}, {17, NID_brainpoolP512r1, 64},
    {18, NID_secp521r1, 66},
}};
// clang-format on

Bignum number(ByteView bytes) { return Bignum(BN_bin2bn(bytes.data(), int(bytes.size()), nullptr)); }

Bignum secretNumber(const Secret& bytes)
{
    Bignum n(BN_secure_new());
    must(n && BN_bin2bn(bytes.view().data(), int(bytes.size()), n.get()), "scalar");
    BN_set_flags(n.get(), BN_FLG_CONSTTIME);
    return n;
}

Bytes fixedWidth(const BIGNUM* n, std::size_t width)
{
    Bytes out(width);
    must(BN_bn2binpad(n, out.data(), int(width)) == int(width), "number width");
    return out;
}

Bytes octets(const EC_GROUP* group, const EC_POINT* point)
{
    Bytes out(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, nullptr, 0, nullptr));
    must(EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(), nullptr) == out.size(), "point");
    return out;
}

Point pointOf(const Curve& curve, ByteView bytes) // nothing unless uncompressed, on the curve and finite
{
    if (bytes.size() != 1 + 2 * curve.fieldSize() || bytes[0] != 0x04) return {};
    const QuietErrors quiet;
    Point point(EC_POINT_new(curve.group()));
    must(point != nullptr, "memory");
    if (EC_POINT_oct2point(curve.group(), point.get(), bytes.data(), bytes.size(), nullptr) != 1) return {}; // checks the equation
    return point;
}

Bytes domainParameter(const Curve& curve, int which)
{
    const Bignum p(BN_new()), a(BN_new()), b(BN_new());
    must(EC_GROUP_get_curve(curve.group(), p.get(), a.get(), b.get(), nullptr) == 1, "curve");
    return fixedWidth((which == 0 ? p : which == 1 ? a : b).get(), curve.fieldSize());
}

Pkey publicKey(const Curve& curve, ByteView point, const Secret* scalar = nullptr)
{
    const Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
    const char* name = OBJ_nid2sn(EC_GROUP_get_curve_name(curve.group()));
    const auto secret = scalar ? secretNumber(*scalar) : Bignum();
    must(OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, name, 0) == 1
             && OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1
             && (!scalar || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1),
         "key parameters");
    const Owner<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(build.get()));
    const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 || EVP_PKEY_fromdata(context.get(), &key, scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
        return {};
    return Pkey(key);
}

} // namespace

std::optional<Curve> Curve::standard(int parameterId) // each group is set up once, when it is needed
{
    static std::array<std::once_flag, standardCurves.size()> once;
    static std::array<std::shared_ptr<const EC_GROUP>, standardCurves.size()> groups;
    const auto it = std::ranges::find(standardCurves, parameterId, &StandardCurve::parameterId);
    if (it == standardCurves.end()) return {};
    const auto at = std::size_t(it - standardCurves.begin());
    std::call_once(once[at], [&] {
        const QuietErrors quiet;
        if (auto* group = EC_GROUP_new_by_curve_name(it->nid)) groups[at] = {group, EC_GROUP_free};
    });
    return groups[at] ? std::optional(Curve(groups[at], parameterId)) : std::nullopt;
}

std::optional<Curve> Curve::matching(ByteView p, ByteView a, ByteView b, ByteView generator, ByteView order)
{
    for (const auto& each : standardCurves)
    {
        const auto curve = each.fieldSize == p.size() ? standard(each.parameterId) : std::nullopt;
        if (curve && same(curve->prime(), p) && same(curve->a(), a) && same(curve->b(), b) && same(curve->generator(), generator) && same(curve->order(), order))
            return curve;
    }
    return {};
}

std::size_t Curve::fieldSize() const { return std::size_t(EC_GROUP_get_degree(group_.get()) + 7) / 8; }
std::size_t Curve::orderSize() const { return std::size_t(BN_num_bytes(EC_GROUP_get0_order(group_.get()))); }
Bytes Curve::prime() const { return domainParameter(*this, 0); }
Bytes Curve::a() const { return domainParameter(*this, 1); }
Bytes Curve::b() const { return domainParameter(*this, 2); }
Bytes Curve::generator() const { return octets(group_.get(), EC_GROUP_get0_generator(group_.get())); }
Bytes Curve::order() const { return fixedWidth(EC_GROUP_get0_order(group_.get()), orderSize()); }

bool Curve::hasPoint(ByteView point) const { return pointOf(*this, point) != nullptr; }

std::optional<Curve> Curve::mapped(ByteView nonce, ByteView point) const
{
    const auto h = pointOf(*this, point);
    if (!h) return {};
    const Point g(EC_POINT_new(group_.get()));
    const Bignum s = secretNumber(Secret(nonce)), one(BN_new());
    must(g && one && BN_one(one.get()) == 1, "memory");
    must(EC_POINT_mul(group_.get(), g.get(), s.get(), nullptr, nullptr, nullptr) == 1 // alone: in constant time
             && EC_POINT_add(group_.get(), g.get(), g.get(), h.get(), nullptr) == 1,
         "mapping");
    if (EC_POINT_is_at_infinity(group_.get(), g.get())) return {};
    auto* group = EC_GROUP_dup(group_.get());
    must(group && EC_GROUP_set_generator(group, g.get(), EC_GROUP_get0_order(group_.get()), one.get()) == 1, "generator");
    return Curve({group, EC_GROUP_free}, id_);
}

EcKey generateKey(const Curve& curve, Random& random)
{
    for (;;) // each round succeeds with a probability of at least one half
    {
        auto scalar = Secret::ofSize(curve.orderSize());
        random.fill({scalar.data(), scalar.size()});
        if (const int excess = int(scalar.size() * 8) - BN_num_bits(EC_GROUP_get0_order(curve.group())); excess > 0)
            scalar.data()[0] &= std::uint8_t(0xFF >> excess);
        if (auto key = keyOf(curve, scalar)) return std::move(*key);
    }
}

std::optional<EcKey> keyOf(const Curve& curve, const Secret& scalar)
{
    const auto k = secretNumber(scalar);
    if (BN_is_zero(k.get()) || BN_cmp(k.get(), EC_GROUP_get0_order(curve.group())) >= 0) return {};
    const Point point(EC_POINT_new(curve.group()));
    must(point && EC_POINT_mul(curve.group(), point.get(), k.get(), nullptr, nullptr, nullptr) == 1, "public key");
    auto fixed = Secret::ofSize(curve.orderSize());
    must(BN_bn2binpad(k.get(), fixed.data(), int(fixed.size())) >= 0, "scalar width");
    return EcKey{curve, std::move(fixed), octets(curve.group(), point.get())};
}

std::optional<Bytes> multiply(const EcKey& own, ByteView point)
{
    const auto other = pointOf(own.curve, point);
    if (!other) return {};
    const auto k = secretNumber(own.scalar);
    const Point product(EC_POINT_new(own.curve.group()));
    must(product && EC_POINT_mul(own.curve.group(), product.get(), nullptr, other.get(), k.get(), nullptr) == 1, "multiplication");
    if (EC_POINT_is_at_infinity(own.curve.group(), product.get())) return {};
    return octets(own.curve.group(), product.get());
}

std::optional<Secret> agree(const EcKey& own, ByteView point)
{
    auto product = multiply(own, point);
    if (!product) return {};
    Secret x(ByteView(*product).subspan(1, own.curve.fieldSize()));
    OPENSSL_cleanse(product->data(), product->size());
    return x;
}

Bytes xCoordinate(ByteView point) { return point.empty() ? Bytes() : toBytes(point.subspan(1, (point.size() - 1) / 2)); }

Bytes sign(const EcKey& key, HashAlgorithm algorithm, ByteView message)
{
    const auto pkey = publicKey(key.curve, key.point, &key.scalar);
    const DigestContext context(EVP_MD_CTX_new());
    std::size_t size = 0;
    must(pkey && EVP_DigestSignInit_ex(context.get(), nullptr, openSslName(algorithm), nullptr, nullptr, pkey.get(), nullptr) == 1
             && EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1,
         "signature");
    Bytes der(size);
    must(EVP_DigestSign(context.get(), der.data(), &size, message.data(), message.size()) == 1, "signature");
    const auto* at = der.data();
    const Signature parts(d2i_ECDSA_SIG(nullptr, &at, long(size)));
    const auto width = key.curve.orderSize();
    return concat({fixedWidth(ECDSA_SIG_get0_r(parts.get()), width), fixedWidth(ECDSA_SIG_get0_s(parts.get()), width)});
}

bool verify(const Curve& curve, ByteView publicPoint, HashAlgorithm algorithm, ByteView message, ByteView signature)
{
    const auto width = curve.orderSize();
    if (signature.size() != 2 * width || !curve.hasPoint(publicPoint)) return false;
    const QuietErrors quiet;
    const auto pkey = publicKey(curve, publicPoint);
    if (!pkey) return false;
    const Signature parts(ECDSA_SIG_new());
    must(ECDSA_SIG_set0(parts.get(), number(signature.first(width)).release(), number(signature.subspan(width)).release()) == 1, "signature");
    Bytes der(std::size_t(i2d_ECDSA_SIG(parts.get(), nullptr)));
    auto* at = der.data();
    i2d_ECDSA_SIG(parts.get(), &at);
    const DigestContext context(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit_ex(context.get(), nullptr, openSslName(algorithm), nullptr, nullptr, pkey.get(), nullptr) == 1
        && EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) == 1;
}

} // namespace eidkern
