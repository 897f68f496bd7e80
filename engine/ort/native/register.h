#ifndef FBNAS_REGISTER_H
#define FBNAS_REGISTER_H

// Loads the table of functions of ONNX Runtime's library and makes a domain of
// our operators; null on success, else what went wrong, to be freed.
char *native_open(const char *library, const char *domain);

// Makes the operators known to a session that will be opened with options.
char *native_add(void *options);

#endif
