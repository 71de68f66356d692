"""What a language model keeps in memory for each token of a conversation.

While it writes, a decoder keeps the keys and values of all tokens so far. The shapes
are published: GPT-3 (table 2.1), Llama 3 (table 3), DeepSeek-V3 (section 4.2).
"""

# --8<-- [start:models]
models = {  # layers, query heads, key heads, components of a key
    "GPT-3 175B": (96, 96, 96, 128),
    "Llama 3 8B": (32, 32, 8, 128),
    "Llama 3 70B": (80, 64, 8, 128),
    "Llama 3 405B": (126, 128, 8, 128),
}
latent_layers, latent, rotary = 61, 512, 64  # DeepSeek-V3: one short vector a layer
# --8<-- [end:models]


# --8<-- [start:cache]
number = 2  # bytes: 16 bits


def per_token(layers, key_heads, key_dim):
    """Bytes for the keys and the values of one token."""
    return 2 * layers * key_heads * key_dim * number


shared, full = [], []
print("kB a token         as it is     full")
for name, (layers, heads, key_heads, key_dim) in models.items():
    shared.append(per_token(layers, key_heads, key_dim))
    full.append(per_token(layers, heads, key_dim))
    print(f"{name:16}{shared[-1] / 1e3:11.1f}{full[-1] / 1e3:9.1f}")
latent_token = latent_layers * (latent + rotary) * number
print(f"{'DeepSeek-V3':16}{latent_token / 1e3:11.1f}")
# --8<-- [end:cache]

# --8<-- [start:context]
context = 131072  # tokens: what Llama 3.1 was made for
weights_8b = 8030261248 * number
shared_gb = [context * b / 1e9 for b in shared]
full_gb = [context * b / 1e9 for b in full]
latent_gb = context * latent_token / 1e9
weights_gb = weights_8b / 1e9
print(f"one conversation of {context:,} tokens")
print(f"Llama 3 8B, its weights   {weights_gb:6.1f} GB")
print(f"  cache, 8 key heads      {shared_gb[1]:6.1f} GB")
print(f"  cache, 32 key heads     {full_gb[1]:6.1f} GB")
print(f"Llama 3 405B, its cache   {shared_gb[3]:6.1f} GB")
print(f"  with 128 key heads      {full_gb[3]:6.1f} GB")
print(f"DeepSeek-V3, its cache    {latent_gb:6.1f} GB")
free_gb = 80 - weights_gb  # on a card of 80 GB
free_tokens = int(free_gb * 1e9 / shared[1])
# --8<-- [end:context]
