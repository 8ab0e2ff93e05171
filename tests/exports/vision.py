"""Image models: torchvision's, transformers', and a few written out here."""

from functools import partial

import torch
import torchvision.models as tv
from torch import nn
from torch.nn import functional as F
from torchvision.models import inception, segmentation
import transformers as tf

from registry import DYNAMO, SCRIPT, Net, Pick, export, image_net, prepared

# ---- torchvision: convolutional --------------------------------------------------------------------------------------


@export("resnet18_op9", SCRIPT, 9)
@export("resnet18_dynamo", DYNAMO, 18)
def resnet18():
    return image_net(tv.resnet18(num_classes=10), 64)


@export("resnext", SCRIPT, 10)
def resnext():
    return image_net(tv.ResNet(tv.resnet.Bottleneck, [1, 1, 1, 1], num_classes=10, groups=8, width_per_group=4), 64)


@export("vgg_bn", SCRIPT, 9)
def vgg_bn():
    features = tv.vgg.make_layers([16, "M", 32, "M", 64, 64, "M"], batch_norm=True)
    net = tv.VGG(features, num_classes=10)
    net.classifier = nn.Sequential(nn.Linear(64 * 49, 64), nn.ReLU(True), nn.Dropout(), nn.Linear(64, 10))
    return image_net(net, 56)


@export("mobilenet_v3_small_op11", SCRIPT, 11)
@export("mobilenet_v3_small_op14", SCRIPT, 14)
@export("mobilenet_v3_small_dynamo", DYNAMO, 20)
def mobilenet_v3_small():
    return image_net(tv.mobilenet_v3_small(num_classes=10), 96)


@export("mobilenet_v2_half_op10", SCRIPT, 10)
@export("mobilenet_v2_half_op12_batch3", SCRIPT, 12)
def mobilenet_v2_half():
    return image_net(tv.mobilenet_v2(num_classes=10, width_mult=0.5), 64, batch=3)


@export("mnasnet", SCRIPT, 12)
def mnasnet():
    return image_net(tv.mnasnet0_5(num_classes=10), 64)


@export("efficientnet_b0_op13", SCRIPT, 13)
@export("efficientnet_b0_dynamo", DYNAMO, 18)
def efficientnet_b0():
    return image_net(tv.efficientnet_b0(num_classes=10), 64)


@export("efficientnet_v2", SCRIPT, 16)
def efficientnet_v2():
    config = tv.efficientnet.FusedMBConvConfig, tv.efficientnet.MBConvConfig
    layers = [
        config[0](1, 3, 1, 24, 24, 1),
        config[0](4, 3, 2, 24, 32, 2),
        config[1](4, 3, 2, 32, 64, 2),
        config[1](6, 3, 1, 64, 80, 1),
    ]
    return image_net(
        tv.EfficientNet(layers, 0.2, num_classes=10, last_channel=256, norm_layer=partial(nn.BatchNorm2d, eps=1e-3)), 64
    )


@export("shufflenet_v2_op12", SCRIPT, 12)
@export("shufflenet_v2_dynamo", DYNAMO, 18)
def shufflenet_v2():
    return image_net(tv.shufflenet_v2_x0_5(num_classes=10), 64)


@export("densenet_op10", SCRIPT, 10)
@export("densenet_dynamo", DYNAMO, 19)
def densenet():
    return image_net(tv.DenseNet(12, (3, 4, 3), 24, num_classes=10), 64)


@export("googlenet", SCRIPT, 12)
def googlenet():
    return image_net(tv.GoogLeNet(num_classes=10, aux_logits=False, init_weights=False), 64)


class InceptionStages(nn.Module):
    """The kinds of block of Inception v3, one each."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            inception.BasicConv2d(3, 16, kernel_size=3, stride=2),
            inception.BasicConv2d(16, 32, kernel_size=3),
            nn.MaxPool2d(3, 2),
        )
        self.blocks = nn.Sequential(
            inception.InceptionA(32, 32),
            inception.InceptionB(256),
            inception.InceptionC(736, 32),
            inception.InceptionD(768),
        )
        self.head = nn.Linear(1280, 10)

    def forward(self, x):
        x = self.blocks(self.stem(x))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


@export("inception_op9", SCRIPT, 9)
@export("inception_dynamo", DYNAMO, 18)
def inception_v3():
    return image_net(InceptionStages(), 75)


@export("regnet_y", SCRIPT, 16)
def regnet_y():
    return image_net(tv.regnet_y_400mf(num_classes=10), 64)


@export("regnet_x_dynamo", DYNAMO, 18)
def regnet_x():
    return image_net(tv.regnet_x_400mf(num_classes=10), 64)


@export("convnext_op11", SCRIPT, 11)
@export("convnext_op17", SCRIPT, 17)
@export("convnext_dynamo", DYNAMO, 20)
def convnext():
    block = tv.convnext.CNBlockConfig
    return image_net(tv.ConvNeXt([block(24, 48, 2), block(48, 96, 2), block(96, None, 2)], num_classes=10), 64)


# ---- torchvision: transformers ---------------------------------------------------------------------------------------


@export("vit_op14", SCRIPT, 14)
@export("vit_dynamo", DYNAMO, 18)
def vit():
    return image_net(tv.VisionTransformer(32, 8, 2, 4, 64, 128, num_classes=10), 32)


@export("swin_op13", SCRIPT, 13)
@export("swin_dynamo", DYNAMO, 18)
def swin():
    return image_net(tv.SwinTransformer([4, 4], 24, [2, 2], [2, 4], [4, 4], num_classes=10), 64)


@export("swin_v2_op16", SCRIPT, 16)
@export("swin_v2_dynamo", DYNAMO, 20)
def swin_v2():
    st = tv.swin_transformer
    return image_net(
        tv.SwinTransformer(
            [4, 4],
            24,
            [2, 2],
            [2, 4],
            [4, 4],
            num_classes=10,
            block=st.SwinTransformerBlockV2,
            downsample_layer=st.PatchMergingV2,
        ),
        64,
    )


@export("maxvit_op15", SCRIPT, 15)
@export("maxvit_dynamo", DYNAMO, 18)
def maxvit():
    return image_net(tv.MaxVit((56, 56), 16, 7, [16, 32], [1, 1], 8, 0.0, num_classes=10), 56)


# ---- torchvision: one value per pixel --------------------------------------------------------------------------------


def segmentation_net(module, size=64, argument="x"):
    return image_net(Pick(module, [argument], ["out"]), size, outputs=["scores"], calibration=4)


def small_backbone(layers):
    net = tv.ResNet(tv.resnet.BasicBlock, [1, 1, 1, 1], num_classes=1)
    return tv._utils.IntermediateLayerGetter(net, layers)


@export("lraspp_op11", SCRIPT, 11)
@export("lraspp_dynamo", DYNAMO, 18)
def lraspp():
    return segmentation_net(
        segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=5), argument="input"
    )


@export("fcn_op11", SCRIPT, 11)
@export("fcn_dynamo", DYNAMO, 19)
def fcn():
    return segmentation_net(segmentation.FCN(small_backbone({"layer3": "out"}), segmentation.fcn.FCNHead(256, 5)))


@export("deeplab_op12", SCRIPT, 12)
def deeplab():
    head = segmentation.deeplabv3.DeepLabHead(128, 5, atrous_rates=(2, 4, 6))
    return segmentation_net(segmentation.DeepLabV3(small_backbone({"layer2": "out"}), head))


# ---- transformers ----------------------------------------------------------------------------------------------------


def hf_image(config, model_class, part, size, calibration=4, attention=None):
    config._attn_implementation = (
        attention  # "eager": spelled out; by default one operator that only exporters of opset 14 and up know
    )
    model = model_class(config)
    return image_net(Pick(model, ["pixel_values"], [part]), size, outputs=[part], calibration=calibration)


@export("hf_vit_op17", SCRIPT, 17)
@export("hf_vit_external", DYNAMO, 18, external=True)
def hf_vit():
    config = tf.ViTConfig(
        hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, image_size=32, patch_size=8
    )
    return hf_image(config, tf.ViTForImageClassification, "logits", 32)


@export("hf_deit", SCRIPT, 13)
def hf_deit():
    config = tf.DeiTConfig(
        hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128, image_size=32, patch_size=8
    )
    return hf_image(config, tf.DeiTForImageClassificationWithTeacher, "logits", 32, attention="eager")


@export("hf_dinov2_op14", SCRIPT, 14)
@export("hf_dinov2_dynamo", DYNAMO, 20)
def hf_dinov2():
    config = tf.Dinov2Config(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=56, patch_size=14)
    return hf_image(config, tf.Dinov2Model, "last_hidden_state", 56)


@export("hf_swin_op12", SCRIPT, 12)
@export("hf_swin_dynamo", DYNAMO, 18)
def hf_swin():
    config = tf.SwinConfig(image_size=64, patch_size=4, embed_dim=24, depths=[2, 2], num_heads=[2, 4], window_size=4)
    return hf_image(config, tf.SwinForImageClassification, "logits", 64, attention="eager")


@export("hf_segformer_op11", SCRIPT, 11)
@export("hf_segformer_dynamo", DYNAMO, 18)
def hf_segformer():
    config = tf.SegformerConfig(
        hidden_sizes=[16, 32, 48, 64],
        depths=[1, 1, 1, 1],
        num_attention_heads=[1, 2, 3, 4],
        decoder_hidden_size=32,
        num_labels=5,
    )
    return hf_image(config, tf.SegformerForSemanticSegmentation, "logits", 64, attention="eager")


@export("hf_mobilevit_op12", SCRIPT, 12)
@export("hf_mobilevit_dynamo", DYNAMO, 18)
def hf_mobilevit():
    config = tf.MobileViTConfig(
        image_size=64,
        hidden_sizes=[24, 32, 40],
        neck_hidden_sizes=[8, 8, 16, 16, 24, 32, 64],
        num_attention_heads=4,
        num_hidden_layers=2,
        num_labels=10,
    )
    return hf_image(config, tf.MobileViTForImageClassification, "logits", 64)


@export("hf_mobilevit_v2", DYNAMO, 18)
def hf_mobilevit_v2():
    config = tf.MobileViTV2Config(image_size=64, width_multiplier=0.25, num_labels=10)
    return hf_image(config, tf.MobileViTV2ForImageClassification, "logits", 64)


@export("hf_convnext_v2_op15", SCRIPT, 15)
@export("hf_convnext_v2_dynamo", DYNAMO, 20)
def hf_convnext_v2():
    config = tf.ConvNextV2Config(hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 2, 1], num_labels=10)
    return hf_image(config, tf.ConvNextV2ForImageClassification, "logits", 64)


@export("hf_poolformer", SCRIPT, 13)
def hf_poolformer():
    config = tf.PoolFormerConfig(depths=[1, 1, 1, 1], hidden_sizes=[16, 32, 48, 64], num_labels=10)
    return hf_image(config, tf.PoolFormerForImageClassification, "logits", 64)


@export("hf_cvt", SCRIPT, 12)
def hf_cvt():
    config = tf.CvtConfig(embed_dim=[16, 32, 64], num_heads=[1, 2, 4], depth=[1, 2, 3], num_labels=10)
    return hf_image(config, tf.CvtForImageClassification, "logits", 64)


@export("hf_depth_anything", SCRIPT, 17)
def hf_depth_anything():
    backbone = tf.Dinov2Config(
        hidden_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        image_size=56,
        patch_size=14,
        out_indices=[1, 2, 3, 4],
        apply_layernorm=True,
        reshape_hidden_states=False,
    )
    config = tf.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=64,
        neck_hidden_sizes=[8, 16, 32, 32],
        fusion_hidden_size=16,
        head_hidden_size=8,
    )
    return hf_image(config, tf.DepthAnythingForDepthEstimation, "predicted_depth", 56)


# ---- written out here ------------------------------------------------------------------------------------------------


class UNet(nn.Module):
    """Three levels. `up` is how a level is enlarged: "transpose", "bilinear" or "nearest"."""

    def __init__(self, up, width=8, classes=3):
        super().__init__()
        self.up = up
        sizes = [width, 2 * width, 4 * width]
        self.down = nn.ModuleList(self.stage(a, b) for a, b in zip([3] + sizes, sizes))
        self.enlarge = nn.ModuleList(
            nn.ConvTranspose2d(b, a, 2, stride=2) if up == "transpose" else nn.Conv2d(b, a, 1)
            for a, b in zip(sizes, sizes[1:])
        )
        self.merge = nn.ModuleList(self.stage(2 * a, a) for a in sizes[:-1])
        self.head = nn.Conv2d(width, classes, 1)

    @staticmethod
    def stage(a, b):
        return nn.Sequential(
            nn.Conv2d(a, b, 3, padding=1, bias=False),
            nn.BatchNorm2d(b),
            nn.LeakyReLU(0.1),
            nn.Conv2d(b, b, 3, padding=1),
            nn.InstanceNorm2d(b, affine=True),
            nn.PReLU(b),
        )

    def forward(self, x):
        skips = []
        for i, stage in enumerate(self.down):
            x = stage(x if i == 0 else F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for enlarge, merge in zip(reversed(self.enlarge), reversed(self.merge)):
            x = enlarge(x)
            if self.up != "transpose":
                options = {"align_corners": False} if self.up == "bilinear" else {}
                x = F.interpolate(x, size=skips[-1].shape[2:], mode=self.up, **options)
            x = merge(torch.cat([skips.pop(), x], 1))
        return self.head(x)


@export("unet_transpose_op9", SCRIPT, 9)
@export("unet_transpose_dynamo", DYNAMO, 18)
def unet_transpose():
    return image_net(UNet("transpose"), 48)


@export("unet_bilinear_op11", SCRIPT, 11)
@export("unet_bilinear_dynamo", DYNAMO, 20)
def unet_bilinear():
    return image_net(UNet("bilinear"), 48)


@export("unet_nearest", SCRIPT, 13)
def unet_nearest():
    return image_net(UNet("nearest"), 48)


class Mixer(nn.Module):
    """Layers that mix along the patches, then along the channels."""

    class Layer(nn.Module):
        def __init__(self, patches, width):
            super().__init__()
            self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
            self.patches = nn.Sequential(nn.Linear(patches, 2 * patches), nn.GELU(), nn.Linear(2 * patches, patches))
            self.channels = nn.Sequential(
                nn.Linear(width, 2 * width), nn.GELU(approximate="tanh"), nn.Linear(2 * width, width)
            )

        def forward(self, x):
            x = x + self.patches(self.norms[0](x).transpose(1, 2)).transpose(1, 2)
            return x + self.channels(self.norms[1](x))

    def __init__(self, size=32, patch=8, width=48, depth=3):
        super().__init__()
        self.embed = nn.Conv2d(3, width, patch, stride=patch)
        self.layers = nn.Sequential(*(self.Layer((size // patch) ** 2, width) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.layers(self.embed(x).flatten(2).transpose(1, 2))
        return self.head(self.norm(x).mean(1))


@export("mixer_op10", SCRIPT, 10)
@export("mixer_op20", SCRIPT, 20)
@export("mixer_dynamo", DYNAMO, 20)
def mixer():
    return image_net(Mixer(), 32)


class Enhance(nn.Module):
    """Super-resolution with PixelShuffle, reflected borders, GroupNorm and a bicubic shortcut."""

    def __init__(self, scale=2, width=16):
        super().__init__()
        self.scale = scale
        self.head = nn.Sequential(nn.ReflectionPad2d(1), nn.Conv2d(3, width, 3))
        self.body = nn.Sequential(
            nn.GroupNorm(4, width),
            nn.SiLU(),
            nn.ReplicationPad2d(1),
            nn.Conv2d(width, width, 3),
            nn.ELU(),
            nn.Conv2d(width, width, 3, padding=2, dilation=2, groups=4),
            nn.Softplus(),
        )
        self.tail = nn.Sequential(nn.Conv2d(width, 3 * scale * scale, 1), nn.PixelShuffle(scale))

    def forward(self, x):
        y = self.head(x)
        y = self.tail(y + self.body(y))
        return torch.clamp(y + F.interpolate(x, scale_factor=self.scale, mode="bicubic", align_corners=False), -3, 3)


@export("enhance_op11", SCRIPT, 11)
@export("enhance_op18", SCRIPT, 18)
@export("enhance_dynamo", DYNAMO, 18)
def enhance():
    return image_net(Enhance(), 24, outputs=["enhanced"])


class Volume(nn.Module):
    """Convolutions and pools in three dimensions."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv3d(1, 8, 3, padding=1),
            nn.BatchNorm3d(8),
            nn.Hardtanh(),
            nn.MaxPool3d(2),
            nn.Conv3d(8, 16, 3, stride=2, padding=1, groups=2),
            nn.CELU(),
            nn.AvgPool3d(2),
            nn.ConvTranspose3d(16, 4, 2, stride=2),
        )

    def forward(self, x):
        return self.net(x).softmax(1)


@export("volume_op12", SCRIPT, 12)
@export("volume_dynamo", DYNAMO, 18)
def volume():
    module = prepared(Volume(), torch.randn(2, 1, 16, 16, 16))
    return Net(module, [(torch.randn(1, 1, 16, 16, 16),)], ["volume"], ["parts"])
