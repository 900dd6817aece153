// A simulated card on standard input and output, for terminals in other languages: card_over_stdio PERSONA.json CVCA.cvcert
// One line in, one line out: an APDU in hex is answered in hex (without blanks), `reset` by the ATR, `csca` by the certificate
// (DER) under which EF.CardSecurity is signed. Ends with the input. Exit code 2: what is wrong stands on standard error.
#include <fstream>
#include <iostream>
#include <iterator>

#include "card/simulator/document_signer.h"
#include "card/simulator/persona_json.h"
#include "card/simulator/simulated_card.h"
#include "eidkern/cards.h"

using namespace eidkern;

namespace
{

int fail(const std::string& why)
{
    std::cerr << "card_over_stdio: " << why << '\n';
    return 2;
}

std::string contentOf(const char* path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string hex(const Bytes& bytes)
{
    std::string text;
    for (const auto byte : bytes)
    {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

std::optional<Bytes> unhex(const std::string& text)
{
    if (text.size() % 2 != 0 || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return {};
    Bytes bytes;
    for (std::size_t at = 0; at < text.size(); at += 2) bytes.push_back(std::uint8_t(std::stoul(text.substr(at, 2), nullptr, 16)));
    return bytes;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) return fail("usage: card_over_stdio PERSONA.json CVCA.cvcert");
    const auto persona = card::parsePersona(contentOf(argv[1]));
    if (!persona) return fail(persona.error());
    const auto certificate = contentOf(argv[2]);
    const auto anchor = TrustAnchor::parse({reinterpret_cast<const std::uint8_t*>(certificate.data()), certificate.size()});
    if (!anchor) return fail(anchor.error());

    SystemRandom random;
    card::SimulatedCard card(*persona, {*anchor->certificate}, random, dateOf(std::chrono::system_clock::now()));
    for (std::string line; std::getline(std::cin, line);)
    {
        if (line == "reset")
        {
            card.reset();
            std::cout << hex(card.atr()) << std::endl;
        }
        else if (line == "csca") std::cout << hex(card::testCscaCertificate()) << std::endl;
        else if (const auto apdu = unhex(line)) std::cout << hex(card.transmit(*apdu)) << std::endl;
        else return fail("not hex: " + line);
    }
    return 0;
}
