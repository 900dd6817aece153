// Elliptic curves as PACE, EAC and CV certificates need them, on OpenSSL without deprecated calls. Points are uncompressed
// octet strings 04 || x || y; numbers are fixed width, leading zeros kept.
#pragma once
#include <memory>
#include <optional>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/random.h"
#include "eidkern/secret.h"

struct ec_group_st;

namespace eidkern
{

class Curve
{
public:
    // TR-03110-3 A.2.1.1: 8 .. 18; nothing for another id or a curve that this OpenSSL lacks.
    static std::optional<Curve> standard(int parameterId);
    static Curve brainpoolP256r1() { return *standard(13); }
    // The standardised curve that has exactly these parameters; others are refused.
    static std::optional<Curve> matching(ByteView p, ByteView a, ByteView b, ByteView generator, ByteView order);

    int parameterId() const { return id_; }
    std::size_t fieldSize() const;  // bytes of a coordinate
    std::size_t orderSize() const;  // bytes of a scalar
    Bytes prime() const;
    Bytes a() const;
    Bytes b() const;
    Bytes generator() const;
    Bytes order() const;

    bool hasPoint(ByteView point) const; // well formed, on the curve, not at infinity

    // PACE generic mapping: the same curve with the generator G~ = nonce * G + point. Nothing if that is infinity.
    std::optional<Curve> mapped(ByteView nonce, ByteView point) const;

    const ec_group_st* group() const { return group_.get(); }

private:
    Curve(std::shared_ptr<const ec_group_st> group, int id) : group_(std::move(group)), id_(id) {}
    std::shared_ptr<const ec_group_st> group_;
    int id_;
};

struct EcKey // a key pair on a curve
{
    Curve curve;
    Secret scalar;
    Bytes point;

    EcKey clone() const { return {curve, scalar.clone(), point}; }
};
EcKey generateKey(const Curve& curve, Random& random);
std::optional<EcKey> keyOf(const Curve& curve, const Secret& scalar); // nothing unless 0 < scalar < order

std::optional<Bytes> multiply(const EcKey& own, ByteView point); // scalar * point as a point; nothing for a bad point or infinity
std::optional<Secret> agree(const EcKey& own, ByteView point);   // ECDH: the x coordinate of that
Bytes xCoordinate(ByteView point);

// ECDSA, plain r || s (TR-03111), both as wide as the order.
Bytes sign(const EcKey& key, HashAlgorithm hash, ByteView message);
bool verify(const Curve& curve, ByteView publicPoint, HashAlgorithm hash, ByteView message, ByteView signature);

} // namespace eidkern
