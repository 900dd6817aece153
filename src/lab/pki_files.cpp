// A test PKI in a directory:
//   cvca.key.pem dv.key.pem at.key.pem eservice.key.pem eid-server.key.pem   PKCS#8, mode 0600
//   cvca.cvcert dv.cvcert [at.cvcert description.der]                        CV certificates as their bytes; the last two are
//                                                                            made anew when they are missing or do not fit
//   [sector.key.pem]                                                        for pseudonyms, once somebody has asked for one
//   eservice.der eid-server.der                                              TLS certificates
//   [csca*.der]                                                              whom the eID-Server trusts for cards
#include "lab/pki.h"

#include <algorithm>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "core/certificate_description.h"
#include "core/openssl.h"

namespace eidkern::lab
{

namespace
{

namespace fs = std::filesystem;
using tl::unexpected;
template<typename T> using Loaded = tl::expected<T, std::string>;
using Bio = ossl::Owner<BIO, BIO_free_all>;

constexpr std::size_t largestFile = 64 * 1024, mostCscas = 16;
constexpr auto remedy = "; remove the directory's contents to have a fresh test PKI made";

std::string complaint(const fs::path& file, std::string_view what) { return file.string() + ' ' + std::string(what) + remedy; }

Loaded<Secret> readFile(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in) return unexpected(complaint(file, "is missing or cannot be read"));
    auto buffer = Secret::ofSize(largestFile + 1);
    in.read(reinterpret_cast<char*>(buffer.data()), std::streamsize(buffer.size()));
    const auto size = std::size_t(in.gcount());
    if (size == 0 || size > largestFile) return unexpected(complaint(file, "is empty or far too large"));
    return Secret(buffer.view().first(size));
}

Loaded<void> writeFile(const fs::path& file, ByteView content, mode_t mode)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0) return unexpected(file.string() + " cannot be written");
    const bool whole = ::fchmod(descriptor, mode) == 0 && ::write(descriptor, content.data(), content.size()) == ssize_t(content.size());
    if (::close(descriptor) != 0 || !whole) return unexpected(file.string() + " cannot be written");
    return {};
}

TlsKey toPkey(const EcKey& key)
{
    const ossl::Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
    const ossl::Bignum scalar(BN_bin2bn(key.scalar.view().data(), int(key.scalar.size()), nullptr));
    OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "brainpoolP256r1", 0);
    OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, key.point.data(), key.point.size());
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
    const ossl::Owner<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(build.get()));
    const ossl::PkeyContext maker(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* made = nullptr;
    ossl::must(EVP_PKEY_fromdata_init(maker.get()) == 1 && EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) == 1, "EC key");
    return TlsKey(made, EVP_PKEY_free);
}

Secret toPem(const TlsKey& key)
{
    const Bio out(BIO_new(BIO_s_secmem()));
    ossl::must(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "PEM");
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return Secret(std::string_view(text, std::size_t(size)));
}

Loaded<TlsKey> loadKey(const fs::path& file)
{
    const auto pem = readFile(file);
    if (!pem) return unexpected(pem.error());
    const Bio in(BIO_new_mem_buf(pem->view().data(), int(pem->size())));
    const auto refuse = [](char*, int, int, void*) { return -1; }; // no pass phrase prompt
    TlsKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, refuse, nullptr), EVP_PKEY_free);
    if (!key) return unexpected(complaint(file, "holds no private key in PEM"));
    return key;
}

Loaded<EcKey> loadCvKey(const fs::path& file, const CvCertificate& certificate = {})
{
    const auto pkey = loadKey(file);
    if (!pkey) return unexpected(pkey.error());
    const auto curve = Curve::brainpoolP256r1();
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(pkey->get(), OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1) return unexpected(complaint(file, "holds no elliptic curve key"));
    const ossl::Bignum scalar(number);
    auto bytes = Secret::ofSize(curve.orderSize());
    if (BN_bn2binpad(scalar.get(), bytes.data(), int(bytes.size())) < 0) return unexpected(complaint(file, "holds a key of another curve"));
    auto key = keyOf(curve, bytes);
    const bool fits = key && (certificate.whole.empty() || key->point == certificate.key.point);
    if (!fits) return unexpected(complaint(file, "does not belong to its certificate"));
    return std::move(*key);
}

Loaded<CvCertificate> loadCvc(const fs::path& file, Date today)
{
    const auto bytes = readFile(file);
    if (!bytes) return unexpected(bytes.error());
    auto certificate = parseCvc(bytes->view());
    if (!certificate) return unexpected(complaint(file, "is not a CV certificate"));
    const auto span = compact(certificate->effective) + " to " + compact(certificate->expiration);
    if (!certificate->validOn(today)) return unexpected(complaint(file, "is not valid today (" + span + ')'));
    return std::move(*certificate);
}

Loaded<TlsCertificate> parseX509(const fs::path& file)
{
    const auto bytes = readFile(file);
    if (!bytes) return unexpected(bytes.error());
    const auto* at = bytes->view().data();
    TlsCertificate certificate(d2i_X509(nullptr, &at, long(bytes->size())), X509_free);
    if (!certificate || at != bytes->view().data() + bytes->size()) return unexpected(complaint(file, "is not one certificate in DER"));
    return certificate;
}

Loaded<TlsCertificate> loadTls(const fs::path& file, const TlsKey& key)
{
    auto certificate = parseX509(file);
    if (!certificate) return certificate;
    if (X509_check_private_key(certificate->get(), key.get()) != 1) return unexpected(complaint(file, "does not belong to its key"));
    if (X509_cmp_current_time(X509_get0_notAfter(certificate->get())) < 0) return unexpected(complaint(file, "has expired"));
    return certificate;
}

Loaded<std::vector<Bytes>> loadCscas(const fs::path& directory)
{
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& each : fs::directory_iterator(directory, ignored))
        if (each.path().filename().string().starts_with("csca") && each.path().extension() == ".der") files.push_back(each.path());
    if (files.size() > mostCscas) return unexpected(directory.string() + " holds more than " + std::to_string(mostCscas) + " csca*.der files");
    std::ranges::sort(files);
    std::vector<Bytes> all;
    for (const auto& file : files)
    {
        const auto certificate = parseX509(file);
        if (!certificate) return unexpected(certificate.error());
        all.push_back(der(*certificate));
    }
    return all;
}

void loadTerminal(LabPki& pki, const fs::path& directory, Date today) // what is missing or stale is issued anew later
{
    auto at = loadCvc(directory / "at.cvcert", today);
    const auto description = readFile(directory / "description.der");
    if (!at || !description || !signaturesHold({*at, pki.dv, pki.cvca})) return;
    pki.at = std::move(*at);
    pki.description = toBytes(description->view());
}

} // namespace

tl::expected<LabPki, std::string> LabPki::load(const fs::path& directory, Date today)
{
    auto cvca = loadCvc(directory / "cvca.cvcert", today);
    if (!cvca) return unexpected(cvca.error());
    auto dv = loadCvc(directory / "dv.cvcert", today);
    if (!dv) return unexpected(dv.error());
    if (!cvca->isSelfSigned() || !isSignedBy(*cvca, cvca->key, cvca->key.curve) || dv->car != cvca->chr || !signaturesHold({*dv, *cvca}))
        return unexpected(complaint(directory / "dv.cvcert", "was not issued by the CVCA beside it"));
    auto cvcaKey = loadCvKey(directory / "cvca.key.pem", *cvca), dvKey = loadCvKey(directory / "dv.key.pem", *dv), atKey = loadCvKey(directory / "at.key.pem");
    for (const auto* key : {&cvcaKey, &dvKey, &atKey})
        if (!*key) return unexpected(key->error());
    auto eServiceKey = loadKey(directory / "eservice.key.pem"), eidServerKey = loadKey(directory / "eid-server.key.pem");
    for (const auto* key : {&eServiceKey, &eidServerKey})
        if (!*key) return unexpected(key->error());
    auto eService = loadTls(directory / "eservice.der", *eServiceKey), eidServer = loadTls(directory / "eid-server.der", *eidServerKey);
    for (const auto* certificate : {&eService, &eidServer})
        if (!*certificate) return unexpected(certificate->error());
    auto cscas = loadCscas(directory);
    if (!cscas) return unexpected(cscas.error());
    LabPki pki{.cvcaKey = std::move(*cvcaKey),
               .dvKey = std::move(*dvKey),
               .atKey = std::move(*atKey),
               .cvca = std::move(*cvca),
               .dv = std::move(*dv),
               .eServiceKey = *eServiceKey,
               .eidServerKey = *eidServerKey,
               .eServiceCertificate = *eService,
               .eidServerCertificate = *eidServer,
               .trustedCscas = std::move(*cscas)};
    loadTerminal(pki, directory, today);
    std::error_code ignored;
    if (const auto sector = directory / "sector.key.pem"; fs::exists(sector, ignored))
    {
        auto key = loadCvKey(sector);
        if (!key) return unexpected(key.error());
        pki.sectorKey = std::move(*key);
    }
    return pki;
}

tl::expected<void, std::string> LabPki::save(const fs::path& directory) const
{
    std::error_code failed;
    fs::create_directories(directory, failed);
    if (failed) return unexpected(directory.string() + " cannot be made: " + failed.message());
    tl::expected<void, std::string> result;
    const auto write = [&](const std::string& name, ByteView content, mode_t mode) {
        if (result && !content.empty()) result = writeFile(directory / name, content, mode);
    };
    const auto key = [&](const std::string& name, const TlsKey& pkey) { write(name, toPem(pkey).view(), 0600); };
    if (formerCvca) write("cvca-former.cvcert", formerCvca->whole, 0644);
    write(cvcaFile(rsa != nullptr), cvca.whole, 0644);
    if (rsa) return result; // certificates of keys that are not kept
    if (sectorKey) key("sector.key.pem", toPkey(*sectorKey));
    key("cvca.key.pem", toPkey(cvcaKey));
    key("dv.key.pem", toPkey(dvKey));
    key("at.key.pem", toPkey(atKey));
    key("eservice.key.pem", eServiceKey);
    key("eid-server.key.pem", eidServerKey);
    write("dv.cvcert", dv.whole, 0644);
    write("at.cvcert", at.whole, 0644);
    write("description.der", description, 0644);
    write("eservice.der", der(eServiceCertificate), 0644);
    write("eid-server.der", der(eidServerCertificate), 0644);
    for (std::size_t i = 0; i < trustedCscas.size(); ++i) write(i == 0 ? "csca.der" : "csca-" + std::to_string(i + 1) + ".der", trustedCscas[i], 0644);
    return result;
}

} // namespace eidkern::lab
