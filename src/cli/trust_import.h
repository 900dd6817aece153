// What becomes of certificates that somebody wants in the trust store, and of those that are in it: pure decisions over their
// content. Reading the files is the only thing that happens here.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "eidkern/cvca.h"
#include "eidkern/failure.h"
#include "eidkern/trust_store.h"

namespace eidkern::cli
{

struct Trusted // verified: a root, or a link certificate that leads to one
{
    CvcaCertificate certificate;
    Pki pki; // of a link certificate: that of its root
    std::string path;
};
std::vector<Trusted> trustedOf(const std::vector<KeptCertificate>& kept);

enum class Verdict {
    Imported,
    Known,      // is there already
    PassedOver, // all right, but of no use here
    Refused
};

struct Reason
{
    std::string id; // stable, for programs; empty: there is none
    std::string german = {}, english = {};
};

struct Finding
{
    std::string file;
    std::optional<CvcaCertificate> certificate;
    std::optional<Pki> pki;
    Verdict verdict = Verdict::Refused;
    Reason reason = {};
};

// `paths`: files, folders (of the files directly in them), or config.json as the AusweisApp has it, whose two lists say which
// PKI is which. What is no CVCA certificate is refused in a file that is named, and passed over in a folder. `chosen`: which PKI
// the other files belong to; of config.json then only that one's list. `today`: YYYY-MM-DD. At most 256 files and certificates.
// Roots have to be signed by themselves, link certificates by one that is in the store or among the findings. What is Imported
// is still to be kept.
std::vector<Finding> examine(const std::vector<std::string>& paths, std::optional<Pki> chosen, const std::vector<KeptCertificate>& kept,
                             const std::string& today);

} // namespace eidkern::cli
