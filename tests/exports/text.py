"""Models of text, sound and series: transformers', and a few written out here."""

import torch
import transformers as tf
from torch import nn
from torch.nn import functional as F

from registry import DYNAMO, SCRIPT, Net, Pick, export, prepared

VOCABULARY = 200
SMALL = dict(
    vocab_size=VOCABULARY,
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=128,
    max_position_embeddings=64,
)


def ids(batch, length, first=5):
    return torch.randint(first, VOCABULARY, (batch, length))


def padding_mask(batch, length):
    """Ones, but for the end of every row from the second on."""
    mask = torch.ones(batch, length, dtype=torch.int64)
    for row in range(1, batch):
        mask[row, length - 3 * row :] = 0
    return mask


def build(model_class, config, attention=None):
    config._attn_implementation = attention
    return prepared(model_class(config))


def encoder_net(model, part="last_hidden_state", batch=2, length=16, types=False):
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if types else [])
    values = [ids(batch, length), padding_mask(batch, length)] + (
        [torch.randint(0, 2, (batch, length))] if types else []
    )
    return Net(Pick(model, names, [part], return_dict=True), [tuple(values)], names, [part])


def causal_net(model, length=12, masked=True):
    """Without the mask, TorchScript can't export what transformers does."""
    names = ["input_ids", "attention_mask"][: 2 if masked else 1]
    values = (ids(2, length), padding_mask(2, length))[: len(names)]
    return Net(Pick(model, names, ["logits"], use_cache=False, return_dict=True), [values], names, ["logits"])


# ---- encoders --------------------------------------------------------------------------------------------------------


@export("bert_op11", SCRIPT, 11)
@export("bert_op17", SCRIPT, 17)
@export("bert_dynamo", DYNAMO, 18)
@export("bert_dynamo_unoptimized", DYNAMO, 20, optimize=False)
def bert():
    return encoder_net(build(tf.BertModel, tf.BertConfig(**SMALL), "eager"), types=True)


@export("bert_sdpa", SCRIPT, 14)
def bert_sdpa():
    return encoder_net(build(tf.BertForSequenceClassification, tf.BertConfig(**SMALL, num_labels=3)), part="logits")


@export("roberta", SCRIPT, 13)
def roberta():
    return encoder_net(
        build(tf.RobertaForTokenClassification, tf.RobertaConfig(**SMALL, num_labels=5), "eager"), part="logits"
    )


@export("albert_op12", SCRIPT, 12)
@export("albert_dynamo", DYNAMO, 20)
def albert():
    return encoder_net(build(tf.AlbertModel, tf.AlbertConfig(**SMALL, embedding_size=32), "eager"))


@export("electra", DYNAMO, 18)
def electra():
    return encoder_net(build(tf.ElectraModel, tf.ElectraConfig(**SMALL, embedding_size=32)))


@export("deberta_v2_op12", SCRIPT, 12)
@export("deberta_v2_dynamo", DYNAMO, 18)
def deberta_v2():
    config = tf.DebertaV2Config(
        **SMALL,
        relative_attention=True,
        position_buckets=8,
        pos_att_type=["p2c", "c2p"],
        max_relative_positions=32,
        share_att_key=True,
        norm_rel_ebd="layer_norm"
    )
    return encoder_net(build(tf.DebertaV2Model, config, "eager"))


@export("mpnet", SCRIPT, 14)
def mpnet():
    return encoder_net(build(tf.MPNetModel, tf.MPNetConfig(**SMALL), "eager"))


@export("squeezebert", SCRIPT, 11)
def squeezebert():
    return encoder_net(build(tf.SqueezeBertModel, tf.SqueezeBertConfig(**SMALL, embedding_size=64), "eager"))


@export("modernbert", DYNAMO, 18)
def modernbert():
    config = tf.ModernBertConfig(**SMALL, pad_token_id=0, local_attention=8, global_attn_every_n_layers=2)
    return encoder_net(build(tf.ModernBertModel, config))


@export("fnet", DYNAMO, 20)
def fnet():
    model = build(
        tf.FNetModel,
        tf.FNetConfig(
            vocab_size=VOCABULARY,
            hidden_size=64,
            num_hidden_layers=2,
            intermediate_size=128,
            max_position_embeddings=64,
        ),
    )
    return Net(Pick(model, ["input_ids"], ["last_hidden_state"]), [(ids(1, 16),)], ["input_ids"], ["last_hidden_state"])


T5 = dict(vocab_size=VOCABULARY, d_model=64, d_kv=16, d_ff=128, num_layers=2, num_heads=4)


@export("t5_encoder_op12", SCRIPT, 12)
@export("t5_encoder_dynamo", DYNAMO, 18)
def t5_encoder():
    return encoder_net(build(tf.T5EncoderModel, tf.T5Config(**T5), "eager"))


@export("t5", DYNAMO, 20)
def t5():
    model = build(tf.T5ForConditionalGeneration, tf.T5Config(**T5, feed_forward_proj="gated-gelu"), "eager")
    names = ["input_ids", "decoder_input_ids"]
    return Net(Pick(model, names, ["logits"], use_cache=False), [(ids(1, 12), ids(1, 7))], names, ["logits"])


@export("bart", SCRIPT, 14)
def bart():
    config = tf.BartConfig(
        vocab_size=VOCABULARY,
        d_model=64,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        max_position_embeddings=64,
    )
    names = ["input_ids", "decoder_input_ids"]
    return Net(
        Pick(build(tf.BartModel, config, "eager"), names, ["last_hidden_state"], use_cache=False),
        [(ids(1, 12), ids(1, 7))],
        names,
        ["last_hidden_state"],
    )


# ---- decoders --------------------------------------------------------------------------------------------------------


@export("gpt2_op12", SCRIPT, 12)
@export("gpt2_op16", SCRIPT, 16)
@export("gpt2_dynamo", DYNAMO, 18)
def gpt2():
    config = tf.GPT2Config(vocab_size=VOCABULARY, n_positions=64, n_embd=64, n_layer=2, n_head=4)
    return causal_net(build(tf.GPT2LMHeadModel, config, "eager"))


@export("llama_op13", SCRIPT, 13)
@export("llama_dynamo", DYNAMO, 18)
def llama():
    return causal_net(build(tf.LlamaForCausalLM, tf.LlamaConfig(**SMALL, num_key_value_heads=2), "eager"))


@export("llama_sdpa_dynamo", DYNAMO, 20)
@export("llama_op23", DYNAMO, 23)
def llama_sdpa():
    return causal_net(build(tf.LlamaForCausalLM, tf.LlamaConfig(**SMALL, num_key_value_heads=2)), masked=False)


@export("qwen2", SCRIPT, 17)
def qwen2():
    return causal_net(build(tf.Qwen2ForCausalLM, tf.Qwen2Config(**SMALL, num_key_value_heads=2), "eager"))


@export("gemma2", DYNAMO, 18)
def gemma2():
    config = tf.Gemma2Config(**SMALL, num_key_value_heads=2, head_dim=16, sliding_window=4)
    return causal_net(build(tf.Gemma2ForCausalLM, config, "eager"))


@export("opt", SCRIPT, 13)
def opt():
    config = tf.OPTConfig(
        vocab_size=VOCABULARY,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        ffn_dim=128,
        max_position_embeddings=64,
        word_embed_proj_dim=32,
    )
    return causal_net(build(tf.OPTForCausalLM, config, "eager"))


@export("gpt_neox", SCRIPT, 15)
def gpt_neox():
    return causal_net(build(tf.GPTNeoXForCausalLM, tf.GPTNeoXConfig(**SMALL), "eager"))


@export("phi", DYNAMO, 20)
def phi():
    return causal_net(build(tf.PhiForCausalLM, tf.PhiConfig(**SMALL)), masked=False)


@export("bloom", SCRIPT, 14)
def bloom():
    return causal_net(
        build(tf.BloomForCausalLM, tf.BloomConfig(vocab_size=VOCABULARY, hidden_size=64, n_layer=2, n_head=4))
    )


@export("mamba", DYNAMO, 18)
def mamba():
    config = tf.MambaConfig(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, state_size=8)
    return causal_net(build(tf.MambaForCausalLM, config), length=6, masked=False)


# ---- sound, image and text, series -----------------------------------------------------------------------------------


def whisper():
    config = tf.WhisperConfig(
        vocab_size=VOCABULARY,
        num_mel_bins=40,
        d_model=64,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=128,
        decoder_ffn_dim=128,
        max_source_positions=50,
        max_target_positions=32,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
    )
    return build(tf.WhisperModel, config, "eager")


@export("whisper_encoder_op12", SCRIPT, 12)
@export("whisper_encoder_dynamo", DYNAMO, 20)
def whisper_encoder():
    part = "last_hidden_state"
    return Net(
        Pick(whisper().encoder, ["input_features"], [part]), [(torch.randn(1, 40, 100),)], ["input_features"], [part]
    )


@export("whisper_decoder_op14", SCRIPT, 14)
@export("whisper_decoder_dynamo", DYNAMO, 18)
def whisper_decoder():
    names = ["input_ids", "attention_mask", "encoder_hidden_states"]
    module = Pick(whisper().decoder, names, ["last_hidden_state"], use_cache=False)
    return Net(module, [(ids(1, 9), padding_mask(1, 9), torch.randn(1, 50, 64))], names, ["last_hidden_state"])


@export("hubert_op14", SCRIPT, 14)
@export("hubert_dynamo", DYNAMO, 18)
def hubert():
    config = tf.HubertConfig(
        vocab_size=32,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        conv_dim=(32, 32, 32),
        conv_stride=(5, 4, 2),
        conv_kernel=(10, 8, 4),
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
    )
    return Net(
        Pick(build(tf.HubertForCTC, config, "eager"), ["input_values"], ["logits"]),
        [(torch.randn(1, 1600),)],
        ["input_values"],
        ["logits"],
    )


@export("clip_op14", SCRIPT, 14)
@export("clip_dynamo", DYNAMO, 20)
def clip():
    config = tf.CLIPConfig(
        text_config=dict(SMALL, eos_token_id=2),
        vision_config=dict(
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=128,
            image_size=32,
            patch_size=8,
        ),
        projection_dim=32,
    )
    names, parts = ["input_ids", "pixel_values"], ["logits_per_image", "text_embeds"]
    text = ids(3, 10)
    text[:, 8] = 2  # where the text ends
    return Net(
        Pick(build(tf.CLIPModel, config, "eager"), names, parts), [(text, torch.randn(2, 3, 32, 32))], names, parts
    )


@export("patchtst", DYNAMO, 18)
def patchtst():
    config = tf.PatchTSTConfig(
        num_input_channels=3,
        context_length=32,
        patch_length=8,
        patch_stride=4,
        d_model=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        ffn_dim=64,
        prediction_length=8,
        do_mask_input=False,
        share_embedding=False,
    )
    model = build(tf.PatchTSTForPrediction, config, "eager")
    return Net(
        Pick(model, ["past_values"], ["prediction_outputs"]),
        [(torch.randn(2, 32, 3),)],
        ["past_values"],
        ["prediction"],
    )


class Recurrent(nn.Module):
    """One layer each of LSTM, GRU and plain RNN, in both directions or one."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(12, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(32, 16, batch_first=True)
        self.rnn = nn.RNN(16, 8, bidirectional=True, nonlinearity="relu")

    def forward(self, x, state):
        y, (h, c) = self.lstm(x)
        y, last = self.gru(y, state)
        y, _ = self.rnn(y.transpose(0, 1))
        return y, last, c


@export("recurrent_op9", SCRIPT, 9)
@export("recurrent_op14", SCRIPT, 14)
def recurrent():
    return Net(
        prepared(Recurrent()), [(torch.randn(2, 10, 12), torch.randn(1, 2, 16))], ["x", "state"], ["y", "last", "cells"]
    )


class Separator(nn.Module):
    """A mask on a learned transform of sound, by dilated convolutions (the idea of Conv-TasNet)."""

    def __init__(self, width=32, layers=4):
        super().__init__()
        self.encode = nn.Conv1d(1, width, 16, stride=8, bias=False)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, 48, 1),
                nn.PReLU(),
                nn.GroupNorm(1, 48),
                nn.Conv1d(48, 48, 3, padding=2**i, dilation=2**i, groups=48),
                nn.PReLU(),
                nn.GroupNorm(1, 48),
                nn.Conv1d(48, width, 1),
            )
            for i in range(layers)
        )
        self.mask = nn.Conv1d(width, 2 * width, 1)
        self.decode = nn.ConvTranspose1d(width, 1, 16, stride=8, bias=False)

    def forward(self, x):
        code = F.relu(self.encode(x))
        y = code
        for block in self.blocks:
            y = y + block(y)
        masks = torch.sigmoid(self.mask(y)).chunk(2, 1)
        return torch.cat([self.decode(code * m) for m in masks], 1)


@export("separator_op11", SCRIPT, 11)
@export("separator_dynamo", DYNAMO, 18)
def separator():
    return Net(prepared(Separator()), [(torch.randn(1, 1, 400),)], ["sound"], ["voices"])


class Encoder(nn.Module):
    """PyTorch's own transformer layers."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, norm_first=True, activation="gelu")
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)

    def forward(self, x):
        y = self.encoder(x)
        z, weights = self.attention(x, y, y)
        return z, weights


@export("torch_transformer_op14", SCRIPT, 14)
@export("torch_transformer_dynamo", DYNAMO, 18)
def torch_transformer():
    torch.backends.mha.set_fastpath_enabled(False)
    return Net(prepared(Encoder()), [(torch.randn(2, 10, 32),)], ["x"], ["y", "weights"])
