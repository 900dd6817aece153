// Writes the pages that nothing can bring about from outside into a folder, so that they can be looked at in a browser as well:
// client_pages FOLDER. The server answers them with 500, if ever.
#include <fstream>
#include <string>

#include "sdk/pages.h"

using namespace eidkern;

int main(int argc, char** argv)
{
    if (argc != 2) return 2;
    const std::string folder = argv[1];
    for (const auto language : {Language::German, Language::English})
    {
        const auto end = language == Language::German ? ".de.html" : ".en.html";
        std::ofstream(folder + "/client-500-failure" + end)
            << sdk::failurePage({FailureCode::Start_Paos_Response_Error, "CheckServerResult"}, "/eID-Client", language);
        std::ofstream(folder + "/client-500-nowhere" + end) << sdk::nowhereToGoPage(language);
    }
}
