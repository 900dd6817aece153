"""Short Weierstrass curves over prime fields, and ECDSA with plain signatures r || s (TR-03111 4, 5.2). Slow and not constant in time: for tests."""
import hashlib
import secrets
from dataclasses import dataclass

Point = tuple[int, int]


@dataclass(frozen=True)
class Curve:
    p: int
    a: int
    b: int
    g: Point
    n: int

    @property
    def size(self) -> int:
        return (self.p.bit_length() + 7) // 8

    def add(self, left: Point | None, right: Point | None) -> Point | None:
        if left is None or right is None:
            return right if left is None else left
        (x1, y1), (x2, y2) = left, right
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p) if left == right else (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def multiply(self, factor: int, point: Point) -> Point:
        result = None
        for bit in bin(factor % self.n)[2:]:
            result = self.add(result, result)
            if bit == "1":
                result = self.add(result, point)
        if result is None:
            raise ValueError("the point at infinity")
        return result

    def decode(self, octets: bytes) -> Point:
        if len(octets) != 1 + 2 * self.size or octets[0] != 4:
            raise ValueError("not an uncompressed point of this curve")
        x, y = int.from_bytes(octets[1:1 + self.size], "big"), int.from_bytes(octets[1 + self.size:], "big")
        if x >= self.p or y >= self.p or (y * y - x * x * x - self.a * x - self.b) % self.p:
            raise ValueError("the point is not on the curve")
        return x, y

    def encode(self, point: Point) -> bytes:
        return b"\x04" + self.x(point) + point[1].to_bytes(self.size, "big")

    def x(self, point: Point) -> bytes:
        return point[0].to_bytes(self.size, "big")

    def private_key(self) -> int:
        return 1 + secrets.randbelow(self.n - 1)

    def public_key(self, private: int) -> bytes:
        return self.encode(self.multiply(private, self.g))

    def shared_x(self, private: int, public: bytes) -> bytes:
        return self.x(self.multiply(private, self.decode(public)))

    def sign(self, private: int, message: bytes, algorithm: str = "sha256") -> bytes:
        e = self._hash(message, algorithm)
        while True:
            k = self.private_key()
            r = self.multiply(k, self.g)[0] % self.n
            s = pow(k, -1, self.n) * (e + r * private) % self.n
            if r and s:
                return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")

    def verify(self, public: bytes, message: bytes, signature: bytes, algorithm: str = "sha256") -> bool:
        r, s = int.from_bytes(signature[:self.size], "big"), int.from_bytes(signature[self.size:], "big")
        if len(signature) != 2 * self.size or not 0 < r < self.n or not 0 < s < self.n:
            return False
        w = pow(s, -1, self.n)
        u1, u2 = self._hash(message, algorithm) * w % self.n, r * w % self.n
        left = self.multiply(u1, self.g) if u1 else None
        total = self.add(left, self.multiply(u2, self.decode(public)))
        return total is not None and total[0] % self.n == r

    def _hash(self, message: bytes, algorithm: str) -> int:
        digest = hashlib.new(algorithm, message).digest()
        return int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - self.n.bit_length())


def from_hex(p: str, a: str, b: str, g: str, n: str) -> Curve:
    half = 2 + (len(g) - 2) // 2
    return Curve(int(p, 16), int(a, 16), int(b, 16), (int(g[2:half], 16), int(g[half:], 16)), int(n, 16))


BRAINPOOL_P256R1 = from_hex(
    p="A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377",
    a="7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9",
    b="26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6",
    g="048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997",
    n="A9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7")

SECP384R1 = from_hex(
    p="FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF",
    a="FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC",
    b="B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF",
    g="04AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB73617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F",
    n="FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973")

BRAINPOOL_P512R1 = from_hex(
    p="AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA703308717D4D9B009BC66842AECDA12AE6A380E62881FF2F2D82C68528AA6056583A48F3",
    a="7830A3318B603B89E2327145AC234CC594CBDD8D3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CA",
    b="3DF91610A83441CAEA9863BC2DED5D5AA8253AA10A2EF1C98B9AC8B57F1117A72BF2C7B9E7C1AC4D77FC94CADC083E67984050B75EBAE5DD2809BD638016F723",
    g="0481AEE4BDD82ED9645A21322E9C4C6A9385ED9F70B5D916C1B43B62EEF4D0098EFF3B1F78E2D0D48D50D1687B93B97D5F7C6D5047406A5E688B352209BCB9F8227DDE385D566332ECC0EABFA9CF7822FDF209F70024A57B1AA000C55B881F8111B2DCDE494A5F485E5BCA4BD88A2763AED1CA2B2FA8F0540678CD1E0F3AD80892",
    n="AADD9DB8DBE9C48B3FD4E6AE33C9FC07CB308DB3B3C9D20ED6639CCA70330870553E5C414CA92619418661197FAC10471DB1D381085DDADDB58796829CA90069")
