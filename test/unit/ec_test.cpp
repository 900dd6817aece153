// Elliptic curves: domain parameters, keys and their bounds, ECDH, ECDSA, PACE's generic mapping, and points that are none.
#include <QTest>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

#include "core/ec.h"
#include "support/seeded_random.h"

using namespace eidkern;

static Bytes h(const char* hex) { return fromHex(hex).value(); }

struct Number // arithmetic that the code under test does not use
{
    BIGNUM* n;
    explicit Number(ByteView bytes) : n(BN_bin2bn(bytes.data(), int(bytes.size()), nullptr)) {}
    Number(const Number& other) : n(BN_dup(other.n)) {}
    ~Number() { BN_free(n); }
    Bytes bytes(std::size_t width) const
    {
        Bytes out(width);
        if (BN_bn2binpad(n, out.data(), int(width)) < 0) qFatal("too narrow");
        return out;
    }
};

static Number plus(Number a, const Number& b)
{
    BN_add(a.n, a.n, b.n);
    return a;
}

static Number minus(Number a, const Number& b)
{
    BN_sub(a.n, a.n, b.n);
    return a;
}

static Number timesModulo(Number a, const Number& b, const Number& modulus)
{
    BN_CTX* context = BN_CTX_new();
    BN_mod_mul(a.n, a.n, b.n, modulus.n, context);
    BN_CTX_free(context);
    return a;
}

// The tests are compiled with the flags of the product, which hide what OpenSSL 3.0 has deprecated.
struct ec_key_st;
template<typename Key>
concept FreedByDeprecatedCall = requires(Key* key) { EC_KEY_free(key); };
static_assert(!FreedByDeprecatedCall<ec_key_st>, "deprecated calls of OpenSSL can be compiled: OPENSSL_NO_DEPRECATED is missing");

static Bytes flipped(Bytes bytes, std::size_t at)
{
    bytes[at] ^= 1;
    return bytes;
}

class ScriptedRandom final : public Random // gives one byte value until it has been asked so often, then another
{
public:
    void fill(std::span<std::uint8_t> bytes) override
    {
        ++asked;
        std::ranges::fill(bytes, std::uint8_t(asked <= 2 ? 0xFF : 0x11));
    }
    int asked = 0;
};

class ec_test : public QObject
{
    Q_OBJECT

    static void everyCurve()
    {
        QTest::addColumn<int>("id");
        QTest::addColumn<int>("bytes");
        for (const auto& [name, id, bytes] : {std::tuple("secp192r1", 8, 24),
                                              {"brainpoolP192r1", 9, 24},
                                              {"secp224r1", 10, 28},
                                              {"brainpoolP224r1", 11, 28},
                                              {"secp256r1", 12, 32},
                                              {"brainpoolP256r1", 13, 32},
                                              {"brainpoolP320r1", 14, 40},
                                              {"secp384r1", 15, 48},
                                              {"brainpoolP384r1", 16, 48},
                                              {"brainpoolP512r1", 17, 64},
                                              {"secp521r1", 18, 66}})
            QTest::newRow(name) << id << bytes;
    }
    static Curve curveOfRow()
    {
        QFETCH_GLOBAL(int, id);
        return Curve::standard(id).value();
    }

private Q_SLOTS:
    void initTestCase_data() { everyCurve(); } // every test runs on every curve
    void cleanup() { QCOMPARE(ERR_peek_error(), 0ul); } // whatever was refused: TLS on the same thread must not stumble over it

    void domainParameters()
    {
        QFETCH_GLOBAL(int, id);
        QFETCH_GLOBAL(int, bytes);
        const auto curve = curveOfRow();
        QCOMPARE(curve.parameterId(), id);
        const std::array<Bytes, 5> all{curve.prime(), curve.a(), curve.b(), curve.generator(), curve.order()};
        for (const std::size_t i : {0u, 1u, 2u, 4u}) QCOMPARE(all[i].size(), std::size_t(bytes));
        QCOMPARE(all[3].size(), std::size_t(2 * bytes + 1));
        QVERIFY(curve.hasPoint(all[3]));
        const auto found = Curve::matching(all[0], all[1], all[2], all[3], all[4]);
        QVERIFY(found);
        QCOMPARE(found->parameterId(), id);
        for (std::size_t wrong = 0; wrong < all.size(); ++wrong)
        {
            auto changed = all;
            changed[wrong] = flipped(changed[wrong], changed[wrong].size() - 1);
            QVERIFY(!Curve::matching(changed[0], changed[1], changed[2], changed[3], changed[4]));
            changed[wrong].clear();
            QVERIFY(!Curve::matching(changed[0], changed[1], changed[2], changed[3], changed[4]));
        }
    }

    void keysAndTheirBounds()
    {
        const auto curve = curveOfRow();
        const auto g = curve.generator();
        const auto size = curve.orderSize();
        const Number order(curve.order()), one(Bytes{1}), p(curve.prime());

        QVERIFY(!keyOf(curve, Secret()));
        QVERIFY(!keyOf(curve, Secret(Bytes(size, 0))));
        QVERIFY(!keyOf(curve, Secret(order.bytes(size))));
        QVERIFY(!keyOf(curve, Secret(plus(order, one).bytes(size))));
        QVERIFY(!keyOf(curve, Secret(Bytes(size, 0xFF))));
        QVERIFY(!keyOf(curve, Secret(Bytes(1000, 0xFF))));

        const auto first = keyOf(curve, Secret(Bytes{1}));
        QVERIFY(first && same(first->point, g));
        QCOMPARE(first->scalar.size(), size); // fixed width

        const auto last = keyOf(curve, Secret(minus(order, one).bytes(size + 3))); // leading zeros do not matter
        QVERIFY(last); // it is -G
        const auto y = ByteView(g).last(curve.fieldSize());
        QVERIFY(same(last->point, concat({Bytes{4}, xCoordinate(g), minus(p, Number(y)).bytes(curve.fieldSize())})));
    }

    void generatedKeys()
    {
        const auto curve = curveOfRow();
        test::SeededRandom random(1), again(1), other(2);
        const auto a = generateKey(curve, random), b = generateKey(curve, random), c = generateKey(curve, again), d = generateKey(curve, other);
        QVERIFY(curve.hasPoint(a.point));
        QVERIFY(a.scalar == c.scalar && a.point == c.point); // all chance comes from the port
        QVERIFY(a.point != b.point && a.point != d.point);

        ScriptedRandom tooLarge;
        const auto key = generateKey(curve, tooLarge); // numbers beyond the order are drawn again, never reduced
        QCOMPARE(tooLarge.asked, 3);
        QVERIFY(same(key.scalar.view().last(curve.orderSize() - 1), Bytes(curve.orderSize() - 1, 0x11)));
    }

    void agreement()
    {
        const auto curve = curveOfRow();
        test::SeededRandom random(3);
        const auto a = generateKey(curve, random), b = generateKey(curve, random), c = generateKey(curve, random);
        const auto ab = agree(a, b.point), ba = agree(b, a.point), ac = agree(a, c.point);
        QVERIFY(ab && ba && ac);
        QVERIFY(*ab == *ba);
        QVERIFY(!(*ab == *ac));
        const auto point = multiply(a, b.point);
        QVERIFY(point && curve.hasPoint(*point) && same(xCoordinate(*point), ab->view()));

        const auto product = timesModulo(Number(a.scalar.view()), Number(b.scalar.view()), Number(curve.order()));
        QVERIFY(same(*point, keyOf(curve, Secret(product.bytes(curve.orderSize())))->point));
    }

    void aSharedSecretKeepsItsLeadingZero()
    {
        const auto curve = curveOfRow();
        test::SeededRandom random(4);
        const auto own = generateKey(curve, random);
        for (int tries = 0; tries < 10'000; ++tries)
        {
            const auto other = generateKey(curve, random);
            const auto shared = agree(own, other.point);
            QVERIFY(shared && shared->size() == curve.fieldSize());
            if (shared->view()[0] != 0) continue;
            QVERIFY(*shared == *agree(other, own.point));
            return;
        }
        QFAIL("none of 10,000 secrets begins with a zero byte");
    }

    void refusedPoints()
    {
        const auto curve = curveOfRow();
        const auto size = curve.fieldSize();
        test::SeededRandom random(5);
        const auto key = generateKey(curve, random), sound = generateKey(curve, random);
        const auto x = Number(xCoordinate(sound.point)), p = Number(curve.prime());
        const ByteView y = ByteView(sound.point).last(size);
        const auto signature = sign(sound, HashAlgorithm::Sha256, asBytes("x"));

        auto hybrid = sound.point, compressed = Bytes(sound.point.begin(), sound.point.begin() + std::ptrdiff_t(1 + size));
        hybrid[0] = std::uint8_t(6 + (y.back() & 1));
        compressed[0] = std::uint8_t(2 + (y.back() & 1));
        const auto elsewhere = Curve::standard(curve.parameterId() == 12 ? 13 : 12)->generator();
        std::vector<Bytes> bad{{},
                               {0},
                               {4},
                               Bytes(1 + 2 * size, 0),
                               concat({Bytes{4}, Bytes(2 * size, 0)}),
                               flipped(sound.point, size),
                               flipped(sound.point, 2 * size),
                               hybrid,
                               compressed,
                               concat({sound.point, Bytes{0}}),
                               Bytes(sound.point.begin(), sound.point.end() - 1),
                               toBytes(ByteView(sound.point).subspan(1)),
                               concat({Bytes{4}, curve.prime(), y}),
                               concat({Bytes{4}, Bytes(2 * size, 0xFF)}),
                               elsewhere};
        if (const auto beyond = plus(x, p); std::size_t(BN_num_bytes(beyond.n)) <= size)
            bad.push_back(concat({Bytes{4}, beyond.bytes(size), y})); // congruent, but not reduced
        for (const auto& point : bad)
        {
            QVERIFY(!curve.hasPoint(point));
            QVERIFY(!multiply(key, point));
            QVERIFY(!agree(key, point));
            QVERIFY(!curve.mapped(Bytes(16, 1), point));
            QVERIFY(!verify(curve, point, HashAlgorithm::Sha256, asBytes("x"), signature));
        }
        QVERIFY(curve.hasPoint(sound.point));
        QVERIFY(verify(curve, sound.point, HashAlgorithm::Sha256, asBytes("x"), signature));
    }

    void signatures()
    {
        const auto curve = curveOfRow();
        const auto size = curve.orderSize();
        test::SeededRandom random(6);
        const auto key = generateKey(curve, random), other = generateKey(curve, random);
        const auto message = asBytes("signed");
        for (const auto algorithm : {HashAlgorithm::Sha1, HashAlgorithm::Sha224, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512})
        {
            const auto good = sign(key, algorithm, message);
            const auto holds = [&](ByteView signature) { return verify(curve, key.point, algorithm, message, signature); };
            QCOMPARE(good.size(), 2 * size);
            QVERIFY(holds(good));
            QVERIFY(!verify(curve, other.point, algorithm, message, good));
            QVERIFY(!verify(curve, key.point, algorithm, asBytes("Signed"), good));
            QVERIFY(!verify(curve, key.point, algorithm, {}, good));
            QVERIFY(!verify(curve, key.point, algorithm == HashAlgorithm::Sha256 ? HashAlgorithm::Sha384 : HashAlgorithm::Sha256, message, good));

            const Bytes r(good.begin(), good.begin() + std::ptrdiff_t(size)), s(good.begin() + std::ptrdiff_t(size), good.end()), zero(size, 0),
                order = curve.order();
            for (const std::size_t at : {std::size_t(0), size - 1, size, 2 * size - 1}) QVERIFY(!holds(flipped(good, at)));
            for (const auto& wrong : {concat({s, r}), concat({zero, s}), concat({r, zero}), concat({zero, zero}), concat({order, s}), concat({r, order}),
                                      Bytes(2 * size, 0xFF), Bytes(), r, concat({good, Bytes{0}}), concat({Bytes{0}, good}), concat({r, Bytes{0}, s})})
                QVERIFY(!holds(wrong));
        }
    }

    void mappedGenerator() // G~ = s G + H with H = h G is (s + h) G, and everything on it follows
    {
        const auto curve = curveOfRow();
        const auto size = curve.orderSize();
        test::SeededRandom random(7);
        const auto hKey = generateKey(curve, random);
        for (const auto& nonce : {random.bytes(16), Bytes(16, 0xFF), Bytes(16, 0), random.bytes(size)})
        {
            const Number order(curve.order()), sum = plus(Number(nonce), Number(hKey.scalar.view()));
            const auto mapped = curve.mapped(nonce, hKey.point);
            QVERIFY(mapped);
            QVERIFY(same(mapped->order(), curve.order()) && same(mapped->prime(), curve.prime()));
            const auto k = generateKey(*mapped, random), l = generateKey(*mapped, random);
            for (const auto* key : {&k, &l})
            {
                const auto scalar = timesModulo(Number(key->scalar.view()), sum, order);
                QVERIFY(same(key->point, keyOf(curve, Secret(scalar.bytes(size)))->point));
            }
            QVERIFY(*agree(k, l.point) == *agree(l, k.point));
            QVERIFY(same(keyOf(*mapped, Secret(Bytes{1}))->point, mapped->generator()));
        }
        const auto one = keyOf(curve, Secret(Bytes{1})), minusOne = keyOf(curve, Secret(minus(Number(curve.order()), Number(Bytes{1})).bytes(size)));
        QVERIFY(!curve.mapped(Bytes{1}, minusOne->point)); // infinity generates nothing
        QVERIFY(curve.mapped(Bytes{1}, one->point));       // doubling
    }

    void otherIds()
    {
        for (const int id : {-1, 0, 3, 7, 19, 31, 255}) QVERIFY(!Curve::standard(id));
        QVERIFY(same(Curve::brainpoolP256r1().prime(), h("a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377")));
    }
};

QTEST_GUILESS_MAIN(ec_test)
#include "ec_test.moc"
