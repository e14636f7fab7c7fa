"""The peer's side of images.py: Pillow with PyTorch's DataLoader: images_torch.py PHOTOS COUNT WORKERS."""
import os
import random
import sys

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import DataLoader, Dataset

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)


def factor():
    return random.uniform(0.8, 1.2)


class Photos(Dataset):
    """What torchvision's transforms do with PIL images, written out."""

    def __init__(self, folder, count):
        names = sorted(os.listdir(folder))
        random.Random(1).shuffle(names)
        self.files = [(os.path.join(folder, name), float(name.startswith("cat"))) for name in names[:count]]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        path, label = self.files[index]
        with Image.open(path) as file:
            image = file.convert("RGB").resize((64, 64), Image.Resampling.BILINEAR)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        image = np.pad(np.asarray(image), ((4, 4), (4, 4), (0, 0)), mode="edge")
        top, left = random.randint(0, 8), random.randint(0, 8)
        image = Image.fromarray(np.ascontiguousarray(image[top:top + 64, left:left + 64]))
        image = ImageEnhance.Brightness(image).enhance(factor())
        image = ImageEnhance.Contrast(image).enhance(factor())
        image = ImageEnhance.Color(image).enhance(factor())
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().float().div_(255)
        return pixels.sub_(MEAN).div_(DEVIATION), torch.tensor([label])


def main():
    folder, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    loader = DataLoader(Photos(folder, count), batch_size=32, shuffle=True, num_workers=workers,
                        persistent_workers=workers > 0)
    print("ready", flush=True)
    for _ in sys.stdin:
        print(sum(len(labels) for _, labels in loader), flush=True)


main()
