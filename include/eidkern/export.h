// What the shared libraries show of the API: what carries EIDKERN_API, and nothing else. For C and C++.
#pragma once

#define EIDKERN_API __attribute__((visibility("default")))
#define EIDKERN_LOCAL __attribute__((visibility("hidden"))) // a part of such a class that is not to be seen
